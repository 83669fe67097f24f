/** What the header of a frame of zstd says, by RFC 8878, 3.1.1.1. */
export interface FrameHeader {
  /** Of what it unpacks to, in bytes; absent when the frame does not say. */
  content?: number
  /** How far back it may refer: whoever unpacks it keeps so many bytes. */
  window: number
  hasChecksum: boolean
  /** How long the header is, with the magic number. */
  length: number
}

/** A piece of a stream of frames. */
export type FramePiece =
  | { kind: 'begin'; header: FrameHeader }
  | { kind: 'bytes'; bytes: Uint8Array }
  | { kind: 'end' }

const MAGIC = 0xfd2fb528
/** The last four bits are free. */
const SKIPPABLE = 0x184d2a5
const LONGEST_HEADER = 18
const BLOCK_HEADER = 3
const CHECKSUM = 4
const RLE = 1
const RESERVED = 3

/** As Node's own zstd has them. */
export function badZstd(why: string): Error {
  return Object.assign(new Error(why), { code: 'ZSTD_DATA_ERROR' })
}

/**
 * Finds the frames in a stream of zstd, without unpacking them. The bytes of a frame come with its
 * header; frames that are to be skipped do not come at all.
 *
 * @throws an error with the code `ZSTD_DATA_ERROR`
 */
export async function* framesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<FramePiece> {
  const source = new Source(pieces)
  while (await source.has(1)) {
    if (!(await source.has(4))) throw badZstd('unexpected end of file')
    const magic = source.peek(4).readUInt32LE()
    if (magic >>> 4 === SKIPPABLE) {
      if (!(await source.has(8))) throw badZstd('unexpected end of file')
      const length = source.peek(8).readUInt32LE(4)
      for await (const _ of source.take(8 + length));
      continue
    }
    if (magic !== MAGIC) throw badZstd('unknown frame descriptor')
    await source.has(LONGEST_HEADER)
    const header = headerIn(source.peek(LONGEST_HEADER))
    yield { kind: 'begin', header }
    yield* bytesOf(source.take(header.length))
    for (let isLast = false; !isLast; ) {
      if (!(await source.has(BLOCK_HEADER))) throw badZstd('unexpected end of file')
      const block = blockIn(source.peek(BLOCK_HEADER).readUIntLE(0, BLOCK_HEADER))
      isLast = block.isLast
      yield* bytesOf(source.take(BLOCK_HEADER + block.length))
    }
    if (header.hasChecksum) yield* bytesOf(source.take(CHECKSUM))
    yield { kind: 'end' }
  }
}

/**
 * Finds the frames in bytes that are all there.
 *
 * @returns how much they unpack to altogether, in bytes; `undefined` where one does not say
 * @throws an error with the code `ZSTD_DATA_ERROR` unless they are whole frames
 */
export function contentOfFrames(bytes: Uint8Array): number | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let content: number | undefined = 0
  let frames = 0
  for (let start = 0; start < buffer.length; ) {
    if (buffer.length - start < 4) throw badZstd('unexpected end of file')
    const magic = buffer.readUInt32LE(start)
    if (magic >>> 4 === SKIPPABLE) {
      if (buffer.length - start < 8) throw badZstd('unexpected end of file')
      start += 8 + buffer.readUInt32LE(start + 4)
    } else {
      if (magic !== MAGIC) throw badZstd('unknown frame descriptor')
      const header = headerIn(buffer.subarray(start, start + LONGEST_HEADER))
      if (header.content === undefined) content = undefined
      else if (content !== undefined) content += header.content
      start = blocksEnd(buffer, start + header.length) + (header.hasChecksum ? CHECKSUM : 0)
      frames += 1
    }
    if (start > buffer.length) throw badZstd('unexpected end of file')
  }
  if (frames === 0) throw badZstd('unexpected end of file')
  return content
}

/** Behind the last block of a frame, which may be behind the end. */
function blocksEnd(buffer: Buffer, from: number): number {
  for (let start = from; ; ) {
    if (buffer.length - start < BLOCK_HEADER) throw badZstd('unexpected end of file')
    const { isLast, length } = blockIn(buffer.readUIntLE(start, BLOCK_HEADER))
    start += BLOCK_HEADER + length
    if (isLast) return start
  }
}

function blockIn(header: number): { isLast: boolean; length: number } {
  const type = (header >> 1) & 3
  if (type === RESERVED) throw badZstd('unknown type of block')
  return { isLast: (header & 1) === 1, length: type === RLE ? 1 : header >> 3 }
}

function headerIn(bytes: Buffer): FrameHeader {
  const descriptor = at(bytes, 4)
  const isSingle = (descriptor & 0x20) !== 0
  if ((descriptor & 0x08) !== 0) throw badZstd('unknown frame descriptor')
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0
  const sizeAt = 5 + (isSingle ? 0 : 1) + dictionaryBytes
  const length = sizeAt + sizeBytes
  if (bytes.length < length) throw badZstd('unexpected end of file')
  if (bytes.subarray(sizeAt - dictionaryBytes, sizeAt).some(byte => byte !== 0)) {
    throw badZstd('it needs a dictionary')
  }
  const about = { hasChecksum: (descriptor & 4) !== 0, length }
  const content = sizeBytes === 0 ? undefined : sizeIn(bytes.subarray(sizeAt, length))
  if (content !== undefined && isSingle) return { ...about, content, window: content }
  const exponent = at(bytes, 5) >> 3
  const base = 2 ** (10 + exponent)
  const window = base + (base / 8) * (at(bytes, 5) & 7)
  return { ...about, window, ...(content !== undefined && { content }) }
}

function sizeIn(bytes: Buffer): number {
  if (bytes.length === 1) return at(bytes, 0)
  if (bytes.length === 2) return bytes.readUInt16LE() + 256
  return bytes.length === 4 ? bytes.readUInt32LE() : Number(bytes.readBigUInt64LE())
}

function at(bytes: Buffer, index: number): number {
  const byte = bytes[index]
  if (byte === undefined) throw badZstd('unexpected end of file')
  return byte
}

async function* bytesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<FramePiece> {
  for await (const bytes of pieces) yield { kind: 'bytes', bytes }
}

/** Bytes that can be looked at before they are taken. */
class Source {
  readonly #pieces: AsyncIterator<Uint8Array>
  #waiting = Buffer.alloc(0)

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]()
  }

  async has(bytes: number): Promise<boolean> {
    while (this.#waiting.length < bytes) {
      const next = await this.#pieces.next()
      if (next.done === true) return false
      this.#waiting = Buffer.concat([this.#waiting, next.value])
    }
    return true
  }

  peek(bytes: number): Buffer {
    return this.#waiting.subarray(0, bytes)
  }

  async *take(bytes: number): AsyncGenerator<Uint8Array> {
    for (let left = bytes; left > 0; ) {
      if (!(await this.has(1))) throw badZstd('unexpected end of file')
      const piece = this.peek(left)
      this.#waiting = this.#waiting.subarray(piece.length)
      left -= piece.length
      yield piece
    }
  }
}
