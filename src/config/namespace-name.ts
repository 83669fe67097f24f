import { UsageError } from '../errors/usage-error.js'

const NAMESPACE = /^[a-z0-9][a-z0-9-]{0,62}$/

/** What a name has to be, for errors. */
export const NAMESPACE_RULE =
  'must be made of a to z, 0 to 9 and hyphens, not begin with a hyphen, and have at most 63 characters'

/** True for a name that is safe as a namespace of sqld, as a label in DNS and as a directory. */
export function isNamespace(name: unknown): name is string {
  return typeof name === 'string' && NAMESPACE.test(name)
}

/**
 * Checks the name of a namespace. The server itself takes any, `..` and line breaks included, and
 * in a token a mistyped one is silently of no use.
 *
 * @throws UsageError `bad-name`
 */
export function checkNamespace(name: string): void {
  if (isNamespace(name)) return
  throw new UsageError('bad-name', `${JSON.stringify(name)} cannot be a database of sqld`, {
    hint: `A name ${NAMESPACE_RULE}.`,
  })
}
