import type { Database, FileTarget } from '../database/database.js'
import type { OpenDatabase } from '../database/open-database.js'
import type { PlacedCommand } from './dump-commands.js'
import { addSchemaEntries, type LoadOptions, loadDump } from './load-dump.js'

/**
 * Makes a new file of a dump; what is left when it fails is to be thrown away.
 *
 * @param open the opener of the engine that makes it
 * @param look reads what was loaded; on the same connection where that sees all of it
 * @returns how many rows were inserted
 * @throws what `loadDump` throws
 */
export async function loadIntoFile(
  open: OpenDatabase,
  target: FileTarget,
  commands: AsyncIterable<PlacedCommand>,
  look?: (db: Database) => Promise<void>,
  loading: LoadOptions = {},
): Promise<number> {
  const options = { mode: 'create', busyTimeoutMs: 0 } as const
  const { rows, entries } = await (async () => {
    await using db = await open(target, { ...options, restoring: 'rows' })
    const loaded = await loadDump(db, commands, loading)
    if (loaded.entries.length === 0) await look?.(db)
    return loaded
  })()
  if (entries.length > 0) {
    await addEntries()
    if (look === undefined) return rows
    await using db = await open(target, { ...options, mode: 'read' })
    await look(db)
  }
  return rows

  async function addEntries(): Promise<void> {
    await using db = await open(target, { ...options, restoring: 'schema' })
    await addSchemaEntries(db, entries)
  }
}
