import { UsageError } from '../errors/usage-error.js'
import { reportError } from '../report/error-report.js'
import { STARTED } from './manifest.js'
import type { Store } from './store/store.js'
import { Tally } from './tally.js'

const MOST_TRIES = 1000

export interface NewSet {
  /** Its name in the store. */
  set: string
  /** The hash of its first file, for the manifest. */
  startedSha256: string
}

/**
 * Begins a new backup set, which is none before it has a manifest. It is named after the time,
 * `20260102T030405Z`, and `-2`, `-3` … where there is one already, so that two backups at once never
 * share one.
 *
 * @param about who makes it; for whoever finds it unfinished
 * @throws UsageError `out-unwritable`
 */
export async function createSet(store: Store, now: Date, about: object): Promise<NewSet> {
  const time = now.toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const content = Buffer.from(`${JSON.stringify(about)}\n`)
  const tally = new Tally()
  tally.add(content)
  const startedSha256 = tally.sha256()
  try {
    for (let n = 1; n < MOST_TRIES; n += 1) {
      const set = n === 1 ? time : `${time}-${n}`
      if (await store.claim(`${set}/${STARTED}`, content)) return { set, startedSha256 }
    }
    throw new Error('there are too many of the same second')
  } catch (error) {
    const { code, message, hint } = reportError(error)
    // What is in the way is no database, of which that error's own hint speaks.
    const way = code === 'exists' ? undefined : hint
    throw new UsageError(
      'out-unwritable',
      `no backup set can be made in ${store.location}: ${message}`,
      {
        hint: `Nothing was backed up. ${way ?? 'Name a directory that can be written with --out.'}`,
        cause: error,
      },
    )
  }
}
