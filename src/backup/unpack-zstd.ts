import { badZstd, type FramePiece, framesOf } from './zstd-frames.js'

/** Unpacks frames of zstd that are whole, as far as their headers say. */
export interface FrameUnpacker {
  /** @param content what the frame says of the size that it unpacks to; it is not large */
  atOnce(frame: Uint8Array, content: number): Uint8Array
  inPieces(frame: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
}

/** Up to so many bytes, a frame is unpacked at once. Those of `wasmZstd` are. */
const SMALL = 8 << 20
/** What zstd's own command takes without being asked. */
const LARGEST_WINDOW = 128 << 20

/**
 * Unpacks a stream of frames, one by one: Node's own zstd loses what follows a frame that ends in the
 * middle of a piece, and takes a frame that is cut off for a whole one.
 *
 * @throws an error with the code `ZSTD_DATA_ERROR`, and what the unpacker throws
 */
export async function* unpackZstd(
  pieces: AsyncIterable<Uint8Array>,
  unpacker: FrameUnpacker,
): AsyncGenerator<Uint8Array> {
  const source = framesOf(pieces)
  let frames = 0
  for (let next = await source.next(); next.done !== true; next = await source.next()) {
    if (next.value.kind !== 'begin') throw new Error('a frame begins with its header')
    frames += 1
    const { content, window } = next.value.header
    const frame = frameIn(source)
    if (content !== undefined && content <= SMALL) {
      yield unpacker.atOnce(await gathered(frame, content), content)
    } else {
      if (window > LARGEST_WINDOW) throw badZstd('a frame needs too much memory')
      yield* unpacker.inPieces(frame)
      // Whoever unpacks it may be done before its last bytes.
      for await (const _ of frame);
    }
  }
  if (frames === 0) throw badZstd('unexpected end of file')
}

/** The bytes of the frame that has begun; stopping early does not end the source. */
function frameIn(source: AsyncIterator<FramePiece>): AsyncIterableIterator<Uint8Array> {
  let isOver = false
  return {
    async next() {
      if (isOver) return { done: true, value: undefined }
      const next = await source.next()
      if (next.done !== true && next.value.kind === 'bytes') return { value: next.value.bytes }
      isOver = true
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

async function gathered(frame: AsyncIterable<Uint8Array>, content: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const bytes of frame) {
    parts.push(bytes)
    length += bytes.length
    // What is packed is hardly ever larger than what it unpacks to, and then by little.
    if (length > content + (content >> 4) + 1024) throw badZstd('a frame is too long')
  }
  return Buffer.concat(parts, length)
}
