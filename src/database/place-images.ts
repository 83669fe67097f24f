import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link, mkdir, open, rename, stat, unlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { DbfleetError } from '../errors/dbfleet-error.js'

/** Files that a database leaves beside itself, by what is added to its name. */
export const SIDECARS = ['-journal', '-wal', '-shm'] as const

/** Names of unfinished files; a leading dot keeps them out of every pattern. */
export const UNFINISHED = /^\..+\.dbfleet-[0-9a-f]{12}\.tmp$/

/**
 * Writes one database image to many places: beside the place first, flushed, then linked to its
 * name, so that a database is there whole or not at all, and none is ever overwritten. The places
 * share their flushes; so many at once are worth it as open files are allowed.
 *
 * @returns for each path `undefined`, or why it was not made
 */
export async function placeImages(
  image: Uint8Array,
  paths: readonly string[],
): Promise<(DbfleetError | undefined)[]> {
  await makeDirectories(paths)
  const places = await Promise.all(paths.map(path => attempt(path, () => write(image, path))))
  const written = places.flatMap(({ value }) => value ?? [])
  try {
    await flush(written)
    const named = await Promise.all(
      places.map(({ path, value, error }) =>
        value === undefined ? { path, error } : attempt(path, () => giveName(value, path)),
      ),
    )
    return named.map(({ error }) => error)
  } finally {
    await Promise.all(written.map(temporary => unlink(temporary).catch(ignoreMissing)))
    await flushDirectories(paths)
  }
}

interface Attempt<T> {
  path: string
  value?: T
  error?: DbfleetError | undefined
}

async function attempt<T>(path: string, work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { path, value: await work() }
  } catch (error) {
    return { path, error: placingError(error) }
  }
}

/** @returns the path of the file that holds the image, beside its place */
async function write(image: Uint8Array, path: string): Promise<string> {
  const temporary = join(
    dirname(path),
    `.${basename(path)}.dbfleet-${randomBytes(6).toString('hex')}.tmp`,
  )
  const stale = SIDECARS.find(ending => existsSync(path + ending))
  if (stale !== undefined && !existsSync(path)) throw leftover(path + stale)
  try {
    await writeFile(temporary, image, { flag: 'wx' })
  } catch (error) {
    await unlink(temporary).catch(ignoreMissing)
    throw error
  }
  return temporary
}

/** From so many files on, flushing their file system once is quicker than flushing each. */
const MANY = 16

async function flush(files: readonly string[]): Promise<void> {
  if (files.length >= MANY && (await flushFileSystems(files.map(dirname)))) return
  await Promise.all(files.map(file => flushFile(file, 'r+')))
}

async function flushDirectories(paths: readonly string[]): Promise<void> {
  const directories = [...new Set(paths.map(dirname))]
  if (directories.length >= MANY && (await flushFileSystems(directories))) return
  // A directory that is not there, or may be written but not read, cannot be opened.
  await Promise.all(directories.map(path => flushFile(path, 'r').catch(() => undefined)))
}

/** Linux can flush a whole file system at once, and says when that failed. */
async function flushFileSystems(directories: readonly string[]): Promise<boolean> {
  if (process.platform !== 'linux') return false
  const perDevice = new Map<number, string>()
  for (const directory of new Set(directories))
    perDevice.set((await stat(directory)).dev, directory)
  return new Promise(resolve => {
    execFile('sync', ['--file-system', '--', ...perDevice.values()], error => resolve(!error))
  })
}

async function flushFile(path: string, flags: 'r' | 'r+'): Promise<void> {
  const file = await open(path, flags)
  try {
    await file.sync()
  } finally {
    await file.close()
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
