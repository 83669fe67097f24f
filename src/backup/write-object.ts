import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { placingError } from '../database/place-file.js'
import { type Compression, compressor } from './compression.js'
import { digestBuilder } from './content-digest.js'
import type { StoredObject } from './manifest.js'
import { Tally } from './tally.js'
import type { DumpPiece } from './write-dump.js'

/** Small pieces are put together up to this, in bytes, so that each is worth its way. */
const GATHER = 1 << 17

/** What was written, and the digest of the content that it holds. */
export interface Written extends Omit<StoredObject, 'file'> {
  digest: string
}

/**
 * Writes a dump to a new file that only its owner can read. It is not flushed to the disk yet.
 *
 * @throws what `pieces` throws; DbfleetError `disk-full`, `readonly`, `io`. A part of the file may
 * be left.
 */
export async function writeObject(
  path: string,
  pieces: AsyncIterable<DumpPiece>,
  compression: Compression,
): Promise<Written> {
  const raw = new Tally()
  const stored = new Tally()
  const content = digestBuilder()
  async function* text() {
    for await (const bytes of gathered(pieces, content.add)) {
      raw.add(bytes)
      yield bytes
    }
  }
  try {
    await using file = await open(path, 'wx', 0o600)
    const sink = async (source: AsyncIterable<Uint8Array>) => {
      for await (const bytes of source) {
        stored.add(bytes)
        await file.writeFile(bytes)
      }
    }
    const compress = compressor(compression)
    if (compress === undefined) await sink(text())
    else await pipeline(text, compress, sink)
  } catch (error) {
    throw isOfFileSystem(error) ? placingError(error) : error
  }
  return {
    compression,
    storedBytes: stored.bytes,
    storedSha256: stored.sha256(),
    rawBytes: raw.bytes,
    rawSha256: raw.sha256(),
    digest: content.digest(),
  }
}

async function* gathered(
  pieces: AsyncIterable<DumpPiece>,
  each: (piece: DumpPiece) => void,
): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = []
  let length = 0
  for await (const piece of pieces) {
    each(piece)
    waiting.push(piece.bytes)
    length += piece.bytes.length
    if (length < GATHER) continue
    yield Buffer.concat(waiting)
    waiting = []
    length = 0
  }
  if (length > 0) yield Buffer.concat(waiting)
}

function isOfFileSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}
