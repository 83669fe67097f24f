import { compress, decompress } from '@cloudpss/zstd/wasm'
import { Decompress } from 'fzstd'
import type { Codec } from './codec.js'
import { type FrameUnpacker, unpackZstd } from './unpack-zstd.js'
import { badZstd, contentOfFrames } from './zstd-frames.js'

const LEVEL = 3
/** The tables of a higher one are larger than a small text, and take longer to clear than it to pack. */
const LEVEL_AT_ONCE = 1
/** A frame holds so much text: WebAssembly takes it whole, and larger frames pack better. */
const BLOCK = 4 << 20

/**
 * zstd for Nodes that have none: a text is cut into blocks, each of which becomes a frame; every
 * program that reads zstd puts frames together. Frames of others are unpacked as a stream.
 */
export const wasmZstd: Codec = {
  async *packed(pieces) {
    let isEmpty = true
    for await (const block of blocksOf(pieces)) {
      isEmpty = false
      yield compress(block, LEVEL)
    }
    if (isEmpty) yield compress(new Uint8Array(), LEVEL)
  },
  unpacked: pieces => unpackZstd(pieces, FRAMES),
  pack: bytes => compress(bytes, LEVEL_AT_ONCE),
  unpack(bytes, most) {
    const content = contentOfFrames(bytes)
    return content !== undefined && content <= most
      ? FRAMES.atOnce(bytes, content)
      : unpackBounded(bytes, most)
  },
}

/** What does not say before how large it is. */
async function unpackBounded(bytes: Uint8Array, most: number): Promise<Uint8Array> {
  const parts = []
  let length = 0
  for await (const part of unpackZstd(once(bytes), FRAMES)) {
    parts.push(part)
    length += part.length
    if (length > most) {
      throw Object.assign(new Error('it is too large'), { code: 'ERR_BUFFER_TOO_LARGE' })
    }
  }
  return Buffer.concat(parts, length)
}

const FRAMES: FrameUnpacker = {
  atOnce: frame => failing(() => decompress(frame)),
  async *inPieces(frame) {
    let made: Uint8Array[] = []
    const stream = new Decompress(bytes => {
      made.push(bytes)
    })
    for await (const bytes of frame) {
      failing(() => stream.push(bytes))
      yield* made
      made = []
    }
    failing(() => stream.push(new Uint8Array(), true))
    yield* made
  },
}

function failing<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw badZstd((error as Error).message)
  }
}

async function* blocksOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = []
  let length = 0
  for await (const piece of pieces) {
    waiting.push(piece)
    length += piece.length
    if (length < BLOCK) continue
    yield Buffer.concat(waiting, length)
    waiting = []
    length = 0
  }
  if (length > 0) yield Buffer.concat(waiting, length)
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
