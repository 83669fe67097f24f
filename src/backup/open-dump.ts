import { closeSync, createReadStream, openSync, readSync } from 'node:fs'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { codecOf } from './codec-of.js'
import type { Compression } from './compression.js'
import { putBack } from './put-back.js'

/** Strings of this size are cheap to make and to throw away. */
const PIECE = 1 << 16
/** The first bytes of what is packed so. */
const MAGIC: readonly (readonly [Compression, Buffer])[] = [
  ['gzip', Buffer.of(0x1f, 0x8b)],
  ['zstd', Buffer.of(0x28, 0xb5, 0x2f, 0xfd)],
]

/** A dump in a file of its own; plain data that goes to workers, in memory only. */
export interface DumpFile {
  /** Path. */
  dump: string
  /** Opens it, if age encrypted it. */
  fileKey?: Uint8Array
}

/**
 * The text of a dump file in pieces; of one that gzip or zstd compressed, or age encrypted, too. A piece
 * is there until the next one is asked for.
 *
 * @throws DbfleetError `dump-unreadable`
 */
export async function* openDump({ dump: path, fileKey }: DumpFile): AsyncGenerator<Uint8Array> {
  try {
    if (fileKey !== undefined) {
      const { decrypt } = await import('./age.js')
      yield* unpacked((await decrypt(streamOf(path), { fileKey })).pieces)
      return
    }
    const pieces = piecesOf(path)
    const first = pieces.next()
    if (first.done === true) return
    if (compressionOf(first.value) === 'none') {
      yield first.value
      yield* pieces
      return
    }
    pieces.return()
    yield* unpacked(streamOf(path))
  } catch (error) {
    if (error instanceof DbfleetError) throw error
    throw new DbfleetError('dump-unreadable', `${path}: ${(error as Error).message}`, {
      hint: 'Nothing was restored.',
      cause: error,
    })
  }
}

function streamOf(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path, { highWaterMark: PIECE })
}

async function* unpacked(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = pieces[Symbol.asyncIterator]()
  const first = await source.next()
  if (first.done === true) return
  const compression = compressionOf(first.value)
  const all = putBack(first.value, source)
  if (compression === 'none') yield* all
  else yield* (await codecOf(compression)).unpacked(all)
}

/** All in one place of memory, since filling it is quicker than finding another for each. */
function* piecesOf(path: string): Generator<Uint8Array, void> {
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.allocUnsafe(PIECE)
    for (;;) {
      const length = readSync(file, buffer)
      if (length === 0) return
      yield buffer.subarray(0, length)
    }
  } finally {
    closeSync(file)
  }
}

function compressionOf(first: Uint8Array): Compression {
  const [found] = MAGIC.find(([, magic]) => magic.equals(first.subarray(0, magic.length))) ?? []
  return found ?? 'none'
}
