import { resolve } from 'node:path'
import type { Store } from '../../backup/store/store.js'
import { UsageError } from '../../errors/usage-error.js'

/**
 * The name, in the store, of the set that unchanged databases are to be taken from.
 *
 * @param options `since`: a name, or the path or URL of a set in that store
 * @returns `undefined` when none was named
 * @throws UsageError `bad-options`, `unknown-set`
 */
export async function sinceOf(
  store: Store,
  { since, full = false }: { since?: string; full?: boolean },
): Promise<string | undefined> {
  if (since === undefined) return undefined
  if (full) {
    throw new UsageError('bad-options', '--since and --full exclude each other', {
      hint: 'Leave out one of them.',
    })
  }
  const names = await store.names()
  if (names.includes(since)) return since
  const address = since.includes('://') ? since.replace(/\/+$/, '') : resolve(since)
  const name = names.find(each => store.locate(each) === address)
  if (name !== undefined) return name
  throw new UsageError('unknown-set', `there is no backup set ${since} in ${store.location}`, {
    hint: 'Nothing was backed up. Sets refer to objects of sets beside them only: name one that is there, or leave out --since.',
  })
}
