import { UsageError } from '../errors/usage-error.js'

const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/

/** What a name has to be, for errors. */
export const TURSO_NAME_RULE =
  'must be made of a to z, 0 to 9 and hyphens, not begin with a hyphen, and have at most 64 characters'

/**
 * Checks the name of a database that Turso Cloud is to make
 * (https://docs.turso.tech/api-reference/databases/create), before it becomes a part of a URL.
 *
 * @throws UsageError `bad-name`
 */
export function checkTursoName(name: string): void {
  if (NAME.test(name)) return
  throw new UsageError('bad-name', `${JSON.stringify(name)} cannot be a database of Turso Cloud`, {
    hint: `A name ${TURSO_NAME_RULE}.`,
  })
}
