import { DbfleetError } from '../errors/dbfleet-error.js'
import type {
  Database,
  DatabaseTarget,
  EngineName,
  FileTarget,
  OpenOptions,
  RemoteTarget,
} from './database.js'
import { defaultEngine, loadBetterSqlite3 } from './engines.js'
import { refuseInterruptedWrite } from './interrupted-write.js'
import type { Connections } from './remote/connections.js'
import type { RemoteEndpoint } from './remote/endpoint.js'

/** Opens databases; the only place in dbfleet that does. */
export type OpenDatabase = (target: DatabaseTarget, options: OpenOptions) => Promise<Database>

/** Opens files only. */
type OpenFile = (target: FileTarget, options: OpenOptions) => Promise<Database>

/**
 * An opener that uses one engine. A process must not open one file with both of the engines for
 * files: POSIX locks belong to the process, so the two would not see each other's
 * (https://sqlite.org/howtocorrupt.html, 2.2).
 *
 * @param connections needed for databases on servers only
 * @throws DbfleetError `engine-missing` when the engine's native part does not load
 */
export async function createOpener(
  engine: EngineName,
  connections?: Connections,
): Promise<OpenDatabase> {
  if (engine === 'remote') return remoteOpener(connections)
  const openFile = await (engine === 'libsql' ? libsqlOpener() : sqliteOpener())
  return async (target, options) => {
    if ('path' in target) return openFile(target, options)
    throw new DbfleetError('bug', `${target.name} is on a server, and ${engine} opens files`)
  }
}

async function libsqlOpener(): Promise<OpenFile> {
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

async function sqliteOpener(): Promise<OpenFile> {
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

async function remoteOpener(given: Connections | undefined): Promise<OpenDatabase> {
  const [{ Connections }, { openChannel }, { RemoteDatabase }] = await Promise.all([
    import('./remote/connections.js'),
    import('./remote/open-channel.js'),
    import('./remote/remote-database.js'),
  ])
  const connections = given ?? new Connections()
  return async (target, options) => {
    if ('path' in target) throw new DbfleetError('bug', `${target.name} is a file`)
    const endpoint = await withFreshToken(target)
    const channel = await openChannel(connections, endpoint)
    return new RemoteDatabase(channel, endpoint, options)
  }
}

async function withFreshToken({ endpoint, freshToken }: RemoteTarget): Promise<RemoteEndpoint> {
  return freshToken === undefined ? endpoint : { ...endpoint, authToken: await freshToken() }
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
  connections?: Connections,
): Promise<Database> {
  const open = await createOpener(await engineFor(target), connections)
  return open(target, options)
}

async function engineFor(target: DatabaseTarget): Promise<EngineName> {
  if (!('path' in target)) return 'remote'
  return target.encryptionKey === undefined ? defaultEngine() : 'libsql'
}
