import type { FileTarget } from '../database/database.js'
import type { OpenDatabase } from '../database/open-database.js'
import { addSchemaEntries, loadDump } from './load-dump.js'

/**
 * Makes a new file of a dump; what is left when it fails is to be thrown away.
 *
 * @param open the opener of the engine that makes it
 * @returns how many rows were inserted
 * @throws what `loadDump` throws
 */
export async function loadIntoFile(
  open: OpenDatabase,
  target: FileTarget,
  pieces: AsyncIterable<Uint8Array>,
): Promise<number> {
  const options = { mode: 'create', busyTimeoutMs: 0 } as const
  const { rows, entries } = await (async () => {
    await using db = await open(target, { ...options, restoring: 'rows' })
    return await loadDump(db, pieces)
  })()
  if (entries.length > 0) {
    await using db = await open(target, { ...options, restoring: 'schema' })
    await addSchemaEntries(db, entries)
  }
  return rows
}
