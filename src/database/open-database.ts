import { DbfleetError } from '../errors/dbfleet-error.js'
import type { Database, DatabaseTarget, EngineName, OpenOptions } from './database.js'
import { defaultEngine, loadBetterSqlite3 } from './engines.js'
import { refuseInterruptedWrite } from './interrupted-write.js'

/** Opens databases; the only place in dbfleet that does. */
export type OpenDatabase = (target: DatabaseTarget, options: OpenOptions) => Promise<Database>

/**
 * An opener that uses one engine. A process must not open one file with both: POSIX locks belong
 * to the process, so the two would not see each other's (https://sqlite.org/howtocorrupt.html, 2.2).
 *
 * @throws DbfleetError `engine-missing` when the engine's native part does not load
 */
export async function createOpener(engine: EngineName): Promise<OpenDatabase> {
  if (engine === 'libsql') {
    const [{ createClient }, { LibsqlDatabase }] = await Promise.all([
      import('@libsql/client'),
      import('./libsql-database.js'),
    ])
    return async (target, options) => {
      if (options.mode === 'inspect') {
        await refuseInterruptedWrite(target.path, options.busyTimeoutMs)
      }
      return new LibsqlDatabase(createClient, target, options)
    }
  }
  const [driver, { SqliteDatabase }] = await Promise.all([
    loadBetterSqlite3(),
    import('./sqlite-database.js'),
  ])
  if (driver === undefined) {
    throw new DbfleetError('engine-missing', "better-sqlite3's native part does not load here", {
      hint: 'Run `npm rebuild better-sqlite3`, or let libSQL serve by setting DBFLEET_ENGINE=libsql.',
    })
  }
  return async (target, options) => new SqliteDatabase(driver, target, options)
}

/**
 * Opens one database with the engine that its target needs; for single databases, where no
 * opener is at hand.
 *
 * @throws DbfleetError with a code of `docs/errors.md`
 */
export async function openDatabase(
  target: DatabaseTarget,
  options: OpenOptions,
): Promise<Database> {
  const engine = target.encryptionKey === undefined ? await defaultEngine() : 'libsql'
  const open = await createOpener(engine)
  return open(target, options)
}
