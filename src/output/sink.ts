import { DbfleetError } from '../errors/dbfleet-error.js'
import type { OutputStream } from './terminal.js'

/** Large enough for few writes, small enough to be nothing in memory. */
const CHUNK_LENGTH = 65_536

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

  async #writeChunk(chunk: string): Promise<void> {
    if (this.#gone || chunk === '') return
    try {
      await new Promise<void>((resolve, reject) => {
        this.#stream.write(chunk, error => (error ? reject(error) : resolve()))
      })
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
