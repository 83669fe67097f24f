import { Sha256 } from './sha256.js'

/** Counts bytes as they pass, and hashes them. */
export class Tally {
  readonly #hash = new Sha256()
  bytes = 0

  add(piece: Uint8Array): void {
    this.bytes += piece.length
    this.#hash.add(piece)
  }

  /** Passes pieces on as they come, and adds them. */
  async *of(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces) {
      this.add(piece)
      yield piece
    }
  }

  /** SHA-256 in hex; nothing can be added afterwards. */
  sha256(): string {
    return this.#hash.digest()
  }
}
