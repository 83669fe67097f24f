import { closeSync, createReadStream, openSync, readSync } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { DbfleetError } from '../errors/dbfleet-error.js'

/** Strings of this size are cheap to make and to throw away. */
const PIECE = 1 << 16
const GZIP = [0x1f, 0x8b]

/**
 * The text of a dump file in pieces; of one that gzip compressed, too. A piece is there until the next
 * one is asked for.
 *
 * @throws DbfleetError `dump-unreadable`
 */
export async function* openDump(path: string): AsyncGenerator<Uint8Array> {
  try {
    const pieces = piecesOf(path)
    const first = pieces.next()
    if (first.done === true) return
    const [a, b] = first.value
    if (a !== GZIP[0] || b !== GZIP[1]) {
      yield first.value
      yield* pieces
      return
    }
    pieces.return()
    const compressed = createReadStream(path, { highWaterMark: PIECE })
    // A failure on either side ends the loop below with its error.
    yield* pipeline(compressed, createGunzip({ chunkSize: PIECE }), () => {})
  } catch (error) {
    if (error instanceof DbfleetError) throw error
    throw new DbfleetError('dump-unreadable', `${path}: ${(error as Error).message}`, {
      hint: 'Nothing was restored.',
      cause: error,
    })
  }
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
