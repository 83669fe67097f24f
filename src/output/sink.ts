import { fstatSync, writev } from 'node:fs'
import { DbfleetError } from '../errors/dbfleet-error.js'
import type { OutputStream } from './terminal.js'

/** Large enough for few writes, small enough to be nothing in memory. */
const CHUNK_LENGTH = 65_536
/** The same for a text of any size, where writing goes on while the next part is made. */
const STREAM_CHUNK = 1 << 20
/** How long to wait before a pipe is asked again that takes nothing at the moment. */
const PIPE_FULL_MS = 2

/** The reader has gone, as `head` does; that is its right. */
const GONE = new Set(['EPIPE', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END'])

/** Standard output, written to in order and without losing errors. */
export class Sink {
  readonly #stream: OutputStream
  #gone = false

  constructor(stream: OutputStream) {
    this.#stream = stream
  }

  /**
   * Writes a text that comes in parts, and never holds much of it. Resolves when all was handed to
   * the system, or when the reader has gone.
   *
   * @throws DbfleetError `output-failed`, on a full disk for example
   */
  async write(parts: Iterable<string>): Promise<void> {
    let chunk = ''
    for (const part of parts) {
      chunk += part
      if (chunk.length >= CHUNK_LENGTH) {
        await this.#writeChunk(chunk)
        chunk = ''
      }
      if (this.#gone) return
    }
    await this.#writeChunk(chunk)
  }

  /**
   * Writes bytes that come in pieces, of any total size. One part is written while the next is made,
   * and the event loop turns in between, so that signals are heard.
   *
   * @returns false when the reader has gone before the end
   * @throws DbfleetError `output-failed`, and what the pieces throw
   */
  async stream(pieces: AsyncIterable<Uint8Array>): Promise<boolean> {
    let gathered: Uint8Array[] = []
    let length = 0
    let writing: Promise<void> = Promise.resolve()
    const flush = async () => {
      const parts = gathered
      gathered = []
      length = 0
      await writing
      writing = this.#attempt(() => this.#writeBytes(parts))
      // A failure is told when the next part is written.
      writing.catch(() => {})
    }
    try {
      for await (const piece of pieces) {
        gathered.push(piece)
        length += piece.length
        if (length < STREAM_CHUNK) continue
        await flush()
        await new Promise(resolve => setImmediate(resolve))
        if (this.#gone) return false
      }
    } finally {
      await flush()
      await writing
    }
    return !this.#gone
  }

  /**
   * Past the stream where it is a file or a pipe: Node writes to those in this thread, which would
   * hear nothing while a slow reader is waited for.
   */
  async #writeBytes(parts: readonly Uint8Array[]): Promise<void> {
    const { fd, isTTY } = this.#stream as OutputStream & { fd?: number }
    if (fd === undefined || isTTY || !isFileOrPipe(fd)) return this.#hand(Buffer.concat(parts))
    for (let rest = parts.filter(({ length }) => length > 0); rest.length > 0; ) {
      const written = await new Promise<number>((resolve, reject) => {
        writev(fd, rest, (error, bytes) => {
          if (error?.code === 'EAGAIN') setTimeout(resolve, PIPE_FULL_MS, 0)
          else if (error) reject(error)
          else resolve(bytes)
        })
      })
      rest = behind(rest, written)
    }
  }

  #hand(chunk: string | Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stream.write(chunk, error => (error ? reject(error) : resolve()))
    })
  }

  async #writeChunk(chunk: string): Promise<void> {
    if (chunk !== '') await this.#attempt(() => this.#hand(chunk))
  }

  async #attempt(write: () => Promise<void>): Promise<void> {
    if (this.#gone) return
    try {
      await write()
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code !== undefined && GONE.has(code)) this.#gone = true
      else {
        throw new DbfleetError('output-failed', `standard output cannot be written: ${message}`, {
          hint: 'See whether the disk is full; the databases are as the run left them.',
          cause: error,
        })
      }
    }
  }
}

/** What is left of some parts when their first bytes are gone. */
function behind(parts: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let left = bytes
  const rest: Uint8Array[] = []
  for (const part of parts) {
    if (part.length > left) rest.push(part.subarray(left))
    left = Math.max(0, left - part.length)
  }
  return rest
}

function isFileOrPipe(fd: number): boolean {
  const stat = fstatSync(fd)
  return stat.isFile() || stat.isFIFO()
}
