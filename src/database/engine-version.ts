import type { EngineName } from './database.js'

/**
 * The version of SQLite in an engine for files; it opens none.
 *
 * @throws whatever the engine throws where it does not load
 */
export async function engineVersion(engine: Exclude<EngineName, 'remote'>): Promise<string> {
  if (engine === 'better-sqlite3') {
    const { default: Driver } = await import('better-sqlite3')
    const db = new Driver(':memory:')
    try {
      return String(db.prepare(QUERY).pluck().get())
    } finally {
      db.close()
    }
  }
  const { createClient } = await import('@libsql/client')
  const client = createClient({ url: ':memory:' })
  try {
    return String((await client.execute(QUERY)).rows[0]?.[0])
  } finally {
    client.close()
  }
}

const QUERY = 'SELECT sqlite_version()'
