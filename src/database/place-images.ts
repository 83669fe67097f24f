import { mkdir, unlink, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { DbfleetError } from '../errors/dbfleet-error.js'
import { flushDirectories, flushFiles } from './flush-files.js'
import {
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
    await flushFiles(written)
    const named = await Promise.all(
      places.map(({ path, value, error }) =>
        value === undefined ? { path, error } : attempt(path, () => giveName(value, path)),
      ),
    )
    return named.map(({ error }) => error)
  } finally {
    await Promise.all(written.map(temporary => unlink(temporary).catch(ignoreMissing)))
    await flushDirectories([...new Set(paths.map(dirname))])
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

async function makeDirectories(paths: readonly string[]): Promise<void> {
  for (const directory of new Set(paths.map(dirname))) {
    // A directory that cannot be made is told for each database that was to be in it.
    await mkdir(directory, { recursive: true }).catch(() => undefined)
  }
}
