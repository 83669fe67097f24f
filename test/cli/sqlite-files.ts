import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'

/** Opens a file with better-sqlite3 in the tests' process, and closes it after its use. */
export function onSqlite<T>(path: string, use: (db: Database.Database) => T): T {
  const db = new Database(path)
  try {
    return use(db)
  } finally {
    db.close()
  }
}

/** The state of a database that its lane's engine closed, as any SQLite sees it. */
export function stateOf(path: string) {
  return onSqlite(path, db => {
    const names = (sql: string) => db.prepare(sql).pluck().all() as string[]
    const tables = names("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    return {
      integrity: db.pragma('integrity_check', { simple: true }),
      tables: tables.filter(name => name !== 'dbfleet_migrations'),
      ledger: tables.includes('dbfleet_migrations')
        ? names('SELECT name FROM dbfleet_migrations ORDER BY name')
        : [],
    }
  })
}

/** The files of a directory, with contents and times. */
export function snapshot(path: string): Record<string, string> {
  const files = readdirSync(path, { withFileTypes: true }).filter(entry => entry.isFile())
  const entries = files.map(({ name }) => {
    const { mtimeNs } = statSync(join(path, name), { bigint: true })
    return [name, `${mtimeNs} ${readFileSync(join(path, name)).toString('base64')}`]
  })
  return Object.fromEntries(entries)
}
