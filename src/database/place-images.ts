import { execFile } from 'node:child_process'
import { mkdir, stat, unlink, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { DbfleetError } from '../errors/dbfleet-error.js'
import {
  flushFile,
  giveName,
  ignoreMissing,
  placingError,
  refuseLeftovers,
  unfinishedPath,
} from './place-file.js'

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
  refuseLeftovers(path)
  const temporary = unfinishedPath(path)
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

async function makeDirectories(paths: readonly string[]): Promise<void> {
  for (const directory of new Set(paths.map(dirname))) {
    // A directory that cannot be made is told for each database that was to be in it.
    await mkdir(directory, { recursive: true }).catch(() => undefined)
  }
}
