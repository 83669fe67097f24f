import {
  closeSync,
  createReadStream,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs'
import { mkdir, readdir, rename, rmdir, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { flushDirectories, flushFiles } from '../../database/flush-files.js'
import { makeDirectories } from '../../database/make-directories.js'
import { ignoreMissing, placingError } from '../../database/place-file.js'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import type { DirectorySpec, Store, StoredFile } from './store.js'

/** Only the owner; set before anything is in it. */
const PRIVATE_DIRECTORY = 0o700
const PRIVATE_FILE = 0o600
const PIECE = 1 << 18
const AT_ONCE = 32
/** They take some milliseconds. */
const LOOKS_AT_ONCE = 512

/** Backup sets in a directory of this machine. */
export class DirectoryStore implements Store {
  readonly spec: DirectorySpec
  readonly #path: string

  constructor(spec: DirectorySpec) {
    this.spec = spec
    this.#path = spec.path
  }

  get location(): string {
    return this.#path
  }

  locate(name: string): string {
    return join(this.#path, name)
  }

  async claim(file: string, content: Uint8Array): Promise<boolean> {
    const path = this.locate(file)
    try {
      await makeDirectories(this.#path, PRIVATE_DIRECTORY)
      // Two that make one directory at once: one of them fails.
      await mkdir(dirname(path), { mode: PRIVATE_DIRECTORY })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST' && (await isDirectory(this.#path))) {
        return false
      }
      throw placingError(error)
    }
    try {
      await inFileSystem(() => writeNew(path, [content]))
    } catch (error) {
      // An empty one would say nothing of who made it, and hold up a prune for as long.
      await this.remove([file]).catch(() => undefined)
      throw error
    }
    return true
  }

  async write(name: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const path = this.locate(name)
    // Objects are many and mostly small: a trip to another thread costs more than they do.
    const file = await inFileSystem(() => openNew(path))
    try {
      try {
        for await (const piece of pieces) writeAll(file, piece)
      } finally {
        closeSync(file)
      }
    } catch (error) {
      await unlink(path).catch(ignoreMissing)
      throw isOfFileSystem(error) ? placingError(error) : error
    }
  }

  async publish(
    name: string,
    content: Iterable<Uint8Array>,
    after: readonly string[],
  ): Promise<void> {
    const path = this.locate(name)
    const temporary = join(dirname(path), `.${name.slice(name.lastIndexOf('/') + 1)}.tmp`)
    await inFileSystem(async () => {
      const written = after.map(file => this.locate(file))
      await flushFiles(written)
      try {
        await writeNew(temporary, content)
        await flushFiles([temporary])
        await flushDirectories([...new Set([...written, path].map(dirname))])
        await rename(temporary, path)
      } catch (error) {
        await unlink(temporary).catch(ignoreMissing)
        throw error
      }
      await flushDirectories([dirname(path), this.#path])
    })
  }

  async *read(name: string): AsyncGenerator<Uint8Array> {
    const path = this.locate(name)
    try {
      const { first, isWhole } = firstPiece(path)
      if (first.length > 0) yield first
      if (isWhole) return
      yield* createReadStream(path, { start: first.length, highWaterMark: PIECE })
    } catch (error) {
      if (!isOfFileSystem(error)) throw error
      throw unreadable(name, error)
    }
  }

  async *list(under = ''): AsyncGenerator<StoredFile> {
    const directories = [under]
    for (let at = directories.pop(); at !== undefined; at = directories.pop()) {
      const [path, prefix] = [this.locate(at), at === '' ? '' : `${at}/`]
      for (const [index, entry] of (await entriesOf(path)).entries()) {
        // Workers may be waiting for something to do.
        if (index % LOOKS_AT_ONCE === LOOKS_AT_ONCE - 1) await setImmediate()
        const name = prefix + entry.name
        if (entry.isDirectory()) {
          directories.push(name)
          continue
        }
        // Ten thousand at once are looked at ten times as fast as one after another in other threads.
        const found = statSync(`${path}/${entry.name}`, { throwIfNoEntry: false })
        if (found !== undefined) yield { name, bytes: found.size, changedAt: found.mtimeMs }
      }
    }
  }

  async names(): Promise<string[]> {
    return (await entriesOf(this.#path)).map(({ name }) => name).sort()
  }

  async remove(names: readonly string[]): Promise<void> {
    await inFileSystem(async () => {
      for (let start = 0; start < names.length; start += AT_ONCE) {
        const some = names.slice(start, start + AT_ONCE)
        await Promise.all(some.map(name => unlink(this.locate(name)).catch(ignoreMissing)))
      }
      // The deepest first, each up to the store itself, which stays.
      const directories = new Set(names.flatMap(ancestors))
      for (const name of [...directories].sort((a, b) => b.length - a.length)) {
        const path = this.locate(name)
        if (await rmdir(path).then(isTrue, ignoreOccupied)) directories.delete(name)
      }
      // What is removed next may be needed by what was removed now.
      const left = [...directories].map(name => this.locate(name))
      await flushDirectories([...left.filter(path => existsSync(path)), this.#path])
    })
  }
}

function ancestors(name: string): string[] {
  const parts = name.split('/')
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'))
}

async function openNew(path: string): Promise<number> {
  try {
    return openSync(path, 'wx', PRIVATE_FILE)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    await makeDirectories(dirname(path), PRIVATE_DIRECTORY)
    return openSync(path, 'wx', PRIVATE_FILE)
  }
}

function writeAll(file: number, piece: Uint8Array): void {
  for (let start = 0; start < piece.length; ) start += writeSync(file, piece, start)
}

/** The first bytes of a file; mostly all of them. */
function firstPiece(path: string): { first: Uint8Array; isWhole: boolean } {
  const file = openSync(path, 'r')
  try {
    // One more than there should be, to see the end.
    const buffer = Buffer.allocUnsafe(Math.min(fstatSync(file).size + 1, PIECE))
    let length = 0
    for (let read = -1; read !== 0 && length < buffer.length; length += read) {
      read = readSync(file, buffer, length, buffer.length - length, null)
    }
    return { first: buffer.subarray(0, length), isWhole: length < buffer.length }
  } finally {
    closeSync(file)
  }
}

async function writeNew(path: string, content: Iterable<Uint8Array>): Promise<void> {
  const file = await openNew(path)
  try {
    for (const piece of content) writeAll(file, piece)
  } finally {
    closeSync(file)
  }
}

async function entriesOf(path: string) {
  try {
    return await readdir(path, { withFileTypes: true })
  } catch (error) {
    if (ignoreMissing(error as NodeJS.ErrnoException) === undefined) return []
    throw error
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(ignoreMissing))?.isDirectory() === true
}

async function inFileSystem<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw isOfFileSystem(error) ? placingError(error) : error
  }
}

function isOfFileSystem(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error
}

function unreadable(name: string, error: NodeJS.ErrnoException): DbfleetError {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
    return new DbfleetError('object-missing', `${name} is missing`, {
      hint: 'The database is not in the set any more; restore it from another one.',
      cause: error,
    })
  }
  return new DbfleetError('object-unreadable', `${name} cannot be read: ${error.message}`, {
    hint: 'Look at the permissions of the set and at the disk.',
    cause: error,
  })
}

function isTrue(): true {
  return true
}

function ignoreOccupied(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOTEMPTY' || error.code === 'EEXIST') return undefined
  return ignoreMissing(error)
}
