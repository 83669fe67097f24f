import { resolve } from 'node:path'
import type { StoreSpec } from '../backup/store/store.js'
import { UsageError } from '../errors/usage-error.js'
import type { FleetContext } from './fleet-context.js'

/**
 * The place of backup sets that a flag names, or else the configuration.
 *
 * @param given a directory, relative to the working one
 * @throws UsageError `bad-store` when it is no such place; nothing was looked at
 */
export async function storeSpecOf(
  { config }: Pick<FleetContext, 'config'>,
  given?: string,
): Promise<StoreSpec> {
  if (given === undefined) return { kind: 'directory', path: config.backups }
  if (given === '') {
    throw new UsageError('bad-store', 'the place of the backup sets is empty', {
      hint: 'Name a directory, or leave it out for that of the configuration.',
    })
  }
  if (!/^[a-z][a-z0-9+.-]+:\/\/|^file:/i.test(given)) {
    return { kind: 'directory', path: resolve(given) }
  }
  throw new UsageError('bad-store', `backup sets are not kept in ${schemeOf(given)} URLs`, {
    hint: 'Nothing was touched. Name a directory.',
  })
}

/** All that is told of it: a secret may stand in the rest. */
function schemeOf(url: string): string {
  return url.slice(0, url.indexOf(':') + 1)
}
