import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { createClient } from '@libsql/client'
import Database from 'better-sqlite3'
import { loadFile } from './load.js'
import { loadWithShell, shellMissing } from './shell.js'

/** Loads a dump file into a new database. */
export type Loader = (dump: string, path: string) => Promise<void>

const ENGINES: Record<string, Loader> = {
  async 'better-sqlite3'(dump, path) {
    const db = new Database(path)
    db.exec(readFileSync(dump, 'utf8'))
    db.close()
  },
  async libsql(dump, path) {
    const client = createClient({ url: pathToFileURL(path).href })
    await client.executeMultiple(readFileSync(dump, 'utf8'))
    client.close()
  },
}

/** All that load dumps: both engines by themselves, dbfleet with each of them, and the stock shell where it is installed, as it is in CI. */
export const LOADERS: [name: string, load: Loader][] = Object.entries({
  ...ENGINES,
  'dbfleet, by better-sqlite3': async (dump: string, path: string) => {
    await loadFile(dump, path)
  },
  'dbfleet, as large dumps': async (dump: string, path: string) => {
    await loadFile(dump, path, 'better-sqlite3', true)
  },
  'dbfleet, by libsql': async (dump: string, path: string) => {
    await loadFile(dump, path, 'libsql')
  },
  ...(shellMissing() === undefined || process.env.CI
    ? { sqlite3: async (dump: string, path: string) => loadWithShell(dump, path) }
    : {}),
})
