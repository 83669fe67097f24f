import { writeFileSync } from 'node:fs'
import { dumpCommands } from '../../src/backup/dump-commands.js'
import { addSchemaEntries, type Loaded, loadDump } from '../../src/backup/load-dump.js'
import { openDump } from '../../src/backup/open-dump.js'
import type { EngineName } from '../../src/database/database.js'
import { createOpener } from '../../src/database/open-database.js'

/**
 * Loads a dump file into a new database, as `dbfleet restore` does.
 *
 * @param many as it does with large ones
 */
export async function loadFile(
  dump: string,
  path: string,
  engine: EngineName = 'better-sqlite3',
  many = false,
): Promise<Loaded> {
  const open = await createOpener(engine)
  const target = { name: 'it', path }
  const options = { mode: 'create', busyTimeoutMs: 0 } as const
  const load = async () => {
    await using db = await open(target, { ...options, restoring: 'rows' })
    return await loadDump(db, dumpCommands(openDump({ dump }), { values: many }), { many })
  }
  const loaded = await load()
  if (loaded.entries.length > 0) {
    await using db = await open(target, { ...options, restoring: 'schema' })
    await addSchemaEntries(db, loaded.entries)
  }
  return loaded
}

/** Loads a text. */
export async function loadText(
  text: string | Uint8Array,
  path: string,
  many = false,
): Promise<Loaded> {
  writeFileSync(`${path}.sql`, text)
  return loadFile(`${path}.sql`, path, 'better-sqlite3', many)
}
