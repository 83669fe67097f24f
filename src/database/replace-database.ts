import { constants, existsSync } from 'node:fs'
import {
  chmod,
  chown,
  copyFile,
  link,
  lstat,
  mkdir,
  open as openFile,
  realpath,
  rename,
  stat,
  unlink,
} from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { DbfleetError } from '../errors/dbfleet-error.js'
import type { Database, FileTarget } from './database.js'
import { flushFile } from './flush-files.js'
import type { OpenDatabase } from './open-database.js'
import {
  ignoreMissing,
  placingError,
  REPLICA_SIDECARS,
  SIDECARS,
  unfinishedPath,
} from './place-file.js'
import { removeFiles } from './remove-files.js'

/** Where old databases are kept, beside their place; no wildcard stands for its dot. */
const KEPT = '.kept'
const MOST_TRIES = 1000
/** What a database file that is not encrypted begins with. */
const MAGIC = 'SQLite format 3\0'
/** What says that the old file is no database any more, so that nothing can be locked in it. */
const RUINED = new Set(['not-a-database', 'corrupt'])

/**
 * Puts a new database in the place of one that is there. At every instant one of both, whole, has
 * the name; the old one stays, under another. Who has the old one open would go on writing into it
 * where nobody looks, so that it is replaced only when nobody holds a lock on it.
 *
 * @param open the opener of the engine that the old one needs
 * @param isSame whether the old one is as good, so that it stays
 * @param make fills a new file of the given path
 * @returns what `make` returned, and where the old one is; `undefined` when it stays
 * @throws what `make` throws; DbfleetError `in-use`, `exists` for what cannot be replaced, others
 */
export async function replaceDatabase<T>(
  open: OpenDatabase,
  target: FileTarget,
  { isSame, make }: Replacement<T>,
): Promise<{ made: T; kept: string } | undefined> {
  try {
    const path = await placeOf(target.path)
    const temporary = unfinishedPath(path)
    // One connection for all: libSQL's driver holds on to what it has closed, and locks itself out.
    await using old = await OldDatabase.open(open, { ...target, path })
    if (old.db !== undefined && (await isSame(old.db))) return undefined
    try {
      const made = await make(temporary)
      const { mode, uid, gid } = await stat(path)
      await chmod(temporary, mode & 0o777)
      // Only root may give files away; another user's file stays replaceable without it.
      await chown(temporary, uid, gid).catch(() => undefined)
      await old.lockOut()
      if (old.wasWal) await beginWal(open, { ...target, path: temporary })
      await flushFile(temporary, 'r+')
      const kept = await exchange(old, path, temporary)
      await flushFile(dirname(path), 'r').catch(() => undefined)
      return { made, kept }
    } finally {
      await removeFiles(temporary)
    }
  } catch (error) {
    throw isOfFileSystem(error) ? placingError(error) : error
  }
}

interface Replacement<T> {
  isSame(old: Database): Promise<boolean>
  make(temporary: string): Promise<T>
}

/** Where the file is in truth: a link to it is to lead to the new one, too. */
async function placeOf(path: string): Promise<string> {
  const real = await realpath(path)
  const replica = REPLICA_SIDECARS.find(ending => existsSync(real + ending))
  if (!(await lstat(real)).isFile()) {
    throw new DbfleetError('exists', `what stands at ${real} is no file`, {
      hint: 'Nothing was changed. Move it away.',
    })
  }
  if (replica === undefined) return real
  throw new DbfleetError('exists', 'an embedded replica stands there', {
    hint: `Nothing was changed. Restore into its primary, or move the replica away with its ${replica}.`,
  })
}

async function exchange(old: OldDatabase, path: string, temporary: string): Promise<string> {
  const kept = await keep(path)
  try {
    // What is left of a database that cannot be opened is kept with it.
    if (old.db === undefined) {
      for (const ending of SIDECARS) {
        await rename(path + ending, kept + ending).catch(ignoreMissing)
      }
    }
    await rename(temporary, path)
  } catch (error) {
    await unlink(kept).catch(ignoreMissing)
    throw error
  }
  old.replaced = true
  return kept
}

/** The database that is replaced, and the lock on it. */
class OldDatabase implements AsyncDisposable {
  /** `undefined` when it is no database that can be opened. */
  db: Database | undefined
  /** True when it was in WAL mode, which it has left. */
  wasWal = false
  /** True when another file has its name. */
  replaced = false

  private constructor(db: Database | undefined) {
    this.db = db
  }

  static async open(open: OpenDatabase, target: FileTarget): Promise<OldDatabase> {
    // An engine that opened it would throw its log away.
    if (target.encryptionKey === undefined && !(await isSqlite(target.path))) {
      return new OldDatabase(undefined)
    }
    let db: Database | undefined
    try {
      db = await open(target, { mode: 'write', busyTimeoutMs: 0 })
      await db.query('PRAGMA schema_version')
      return new OldDatabase(db)
    } catch (error) {
      await db?.close()
      const { code } = error as DbfleetError
      if (RUINED.has(code)) return new OldDatabase(undefined)
      throw code === 'busy' ? inUse(error) : error
    }
  }

  /** Makes it one whole file, and takes the lock that shuts everybody else out. */
  async lockOut(): Promise<void> {
    if (this.db === undefined) return
    try {
      const [mode] = await this.db.query('PRAGMA journal_mode')
      if (mode?.journal_mode === 'wal') {
        // Leaving it writes the log back and removes it, and is refused while another has it open.
        await this.db.query('PRAGMA journal_mode = DELETE')
        this.wasWal = true
      }
      await this.db.query('BEGIN EXCLUSIVE')
    } catch (error) {
      const { code } = error as DbfleetError
      if (!RUINED.has(code)) throw code === 'busy' ? inUse(error) : error
      await this.db.close()
      this.db = undefined
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.wasWal && !this.replaced) {
      await this.db?.query('ROLLBACK').catch(() => undefined)
      await this.db?.query('PRAGMA journal_mode = WAL').catch(() => undefined)
    }
    await this.db?.close()
  }
}

async function isSqlite(path: string): Promise<boolean> {
  await using file = await openFile(path)
  const { bytesRead, buffer } = await file.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0)
  return bytesRead === 0 || buffer.toString('latin1') === MAGIC
}

/** Whoever opens the new one finds it as the old one was. */
async function beginWal(open: OpenDatabase, target: FileTarget): Promise<void> {
  await using db = await open(target, { mode: 'write', busyTimeoutMs: 0 })
  await db.query('PRAGMA journal_mode = WAL')
}

/** Gives the old file a second name. */
async function keep(path: string): Promise<string> {
  const directory = join(dirname(path), KEPT)
  await mkdir(directory, { mode: 0o700 }).catch(ignoreExisting)
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
  for (let n = 1; n < MOST_TRIES; n += 1) {
    const kept = join(directory, `${basename(path)}.${time}${n === 1 ? '' : `-${n}`}`)
    if (SIDECARS.some(ending => existsSync(kept + ending))) continue
    if (await giveSecondName(path, kept)) {
      await flushFile(directory, 'r').catch(() => undefined)
      return kept
    }
  }
  throw new DbfleetError('exists', `${directory} has too many of the same second`)
}

/** @returns false when something has the name already */
async function giveSecondName(path: string, kept: string): Promise<boolean> {
  try {
    await link(path, kept)
    return true
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    if (!['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK'].includes(code)) throw error
  }
  try {
    await copyFile(path, kept, constants.COPYFILE_EXCL)
    await flushFile(kept, 'r+')
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    await unlink(kept).catch(ignoreMissing)
    throw error
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}

function isOfFileSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}

function inUse(cause: unknown): DbfleetError {
  return new DbfleetError('in-use', 'another program has the database open', {
    hint: 'Nothing was changed. Stop what uses it; it would go on in the old file.',
    cause,
  })
}
