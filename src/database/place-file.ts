import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { flushFile } from './flush-files.js'
import { makeDirectories } from './make-directories.js'
import { REPLICA_SIDECAR } from './replica-sidecar.js'

/** Files that a database leaves beside itself, by what is added to its name. */
export const SIDECARS = ['-journal', '-wal', '-shm'] as const
/** Those that make a database an embedded replica. */
export const REPLICA_SIDECARS = ['-info', REPLICA_SIDECAR] as const

/** Names of unfinished files; a leading dot keeps them out of every pattern. */
export const UNFINISHED = /^\..+\.dbfleet-[0-9a-f]{12}\.tmp$/

/**
 * Makes one file: beside its place first, flushed, then linked to its name, so that it is there whole
 * or not at all, and none is ever overwritten.
 *
 * @param make fills the file of the given path, which does not exist yet
 * @throws what `make` throws; DbfleetError `exists`, `leftover-journal`, `disk-full`, `readonly`
 */
export async function placeFile<T>(
  path: string,
  make: (temporary: string) => Promise<T>,
): Promise<T> {
  const temporary = unfinishedPath(path)
  try {
    if (existsSync(path)) throw occupied()
    refuseLeftovers(path)
    await makeDirectories(dirname(path))
    const made = await make(temporary)
    await flushFile(temporary, 'r+')
    await giveName(temporary, path)
    // A directory that may be written but not read cannot be opened.
    await flushFile(dirname(path), 'r').catch(() => undefined)
    return made
  } catch (error) {
    throw 'code' in (error as Error) && !(error instanceof DbfleetError)
      ? placingError(error)
      : error
  } finally {
    for (const ending of ['', ...SIDECARS]) await unlink(temporary + ending).catch(ignoreMissing)
  }
}

/** A name for a file that is not finished, beside the place where it is to be. */
export function unfinishedPath(path: string): string {
  const name = `.${basename(path)}.dbfleet-${randomBytes(6).toString('hex')}.tmp`
  return join(dirname(path), name)
}

/** @throws DbfleetError `leftover-journal`: a new database would be mixed with an earlier one's */
export function refuseLeftovers(path: string): void {
  const stale = [...SIDECARS, ...REPLICA_SIDECARS].find(ending => existsSync(path + ending))
  if (stale !== undefined && !existsSync(path)) throw leftover(path + stale)
}

function occupied(): Error {
  return Object.assign(new Error('it exists'), { code: 'EEXIST' })
}

/** A link never overwrites; where the file system has none, a look and a rename come close. */
export async function giveName(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (!['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'].includes(code)) throw error
    if (existsSync(path)) throw occupied()
    await rename(temporary, path)
  }
}

export function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
  throw error
}

function leftover(path: string): DbfleetError {
  return new DbfleetError('leftover-journal', `${basename(path)} is left of an earlier database`, {
    hint: 'A new database beside it would be mixed with it; move that file away first.',
  })
}

/** What the file system says, in dbfleet's words. */
export function placingError(error: unknown): DbfleetError {
  if (error instanceof DbfleetError) return error
  const { code, message } = error as NodeJS.ErrnoException
  switch (code) {
    case 'EEXIST':
      return new DbfleetError('exists', 'there is a file of that name already', {
        hint: 'Nothing was changed. `dbfleet up --db <name>` migrates a database that exists.',
        cause: error,
      })
    case 'ENOSPC':
    case 'EDQUOT':
      return new DbfleetError('disk-full', 'the disk is full', {
        hint: 'Free some space and run the same command again.',
        cause: error,
      })
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new DbfleetError('readonly', 'the directory cannot be written', {
        hint: 'Give this user write permission on the directory.',
        cause: error,
      })
    default:
      return new DbfleetError('io', `the file could not be written: ${message}`, { cause: error })
  }
}
