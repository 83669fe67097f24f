import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link, mkdir, open, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { DbfleetError } from '../errors/dbfleet-error.js'

/** Files that a database leaves beside itself, by what is added to its name. */
export const SIDECARS = ['-journal', '-wal', '-shm'] as const

/** Names of unfinished files; a leading dot keeps them out of every pattern. */
export const UNFINISHED = /^\..+\.dbfleet-[0-9a-f]{12}\.tmp$/

/**
 * Writes one database image to many places: beside the place first, synced, then linked to its
 * name, so that a database is there whole or not at all, and none is ever overwritten.
 *
 * @returns for each path `undefined`, or why it was not made
 */
export async function placeImages(
  image: Uint8Array,
  paths: readonly string[],
): Promise<(DbfleetError | undefined)[]> {
  await makeDirectories(paths)
  const results = await Promise.all(paths.map(path => placeImage(image, path)))
  await Promise.all([...new Set(paths.map(dirname))].map(syncDirectory))
  return results
}

async function placeImage(image: Uint8Array, path: string): Promise<DbfleetError | undefined> {
  const temporary = join(
    dirname(path),
    `.${basename(path)}.dbfleet-${randomBytes(6).toString('hex')}.tmp`,
  )
  try {
    const stale = SIDECARS.find(ending => existsSync(path + ending))
    if (stale !== undefined && !existsSync(path)) return leftover(path + stale)
    const file = await open(temporary, 'wx')
    try {
      await file.writeFile(image)
      await file.sync()
    } finally {
      await file.close()
    }
    await giveName(temporary, path)
    return undefined
  } catch (error) {
    return placingError(error)
  } finally {
    await unlink(temporary).catch(ignoreMissing)
  }
}

/** A link never overwrites; where the file system has none, a look and a rename come close. */
async function giveName(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (!['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'].includes(code)) throw error
    if (existsSync(path)) throw Object.assign(new Error('it exists'), { code: 'EEXIST' })
    await rename(temporary, path)
  }
}

async function makeDirectories(paths: readonly string[]): Promise<void> {
  for (const directory of new Set(paths.map(dirname))) {
    // A directory that cannot be made is told for each database that was to be in it.
    await mkdir(directory, { recursive: true }).catch(() => undefined)
  }
}

async function syncDirectory(directory: string): Promise<void> {
  // A directory that may be written but not read cannot be opened.
  const handle = await open(directory).catch(() => undefined)
  await handle?.sync()
  await handle?.close()
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
  throw error
}

function leftover(path: string): DbfleetError {
  return new DbfleetError('leftover-journal', `${basename(path)} is left of an earlier database`, {
    hint: 'A new database beside it would be mixed with it; move that file away first.',
  })
}

function placingError(error: unknown): DbfleetError {
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
