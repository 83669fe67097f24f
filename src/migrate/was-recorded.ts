import type { SqlRunner } from '../database/database.js'
import { readTimes } from './ledger.js'

/**
 * Whether the ledger shows what was written to it, and not what another run wrote; for when no
 * answer came to a commit.
 *
 * @param names of the migrations that were applied or reverted
 * @param recorded the times that were written, by name; a reverted migration has none
 */
export async function wasRecorded(
  db: SqlRunner,
  names: readonly string[],
  recorded: ReadonlyMap<string, string>,
): Promise<boolean> {
  const times = await readTimes(db).catch(() => undefined)
  return times !== undefined && names.every(name => times.get(name) === recorded.get(name))
}
