import { createHash } from 'node:crypto'

/** Counts bytes as they pass, and hashes them. */
export class Tally {
  readonly #hash = createHash('sha256')
  bytes = 0

  add(piece: Uint8Array): void {
    this.bytes += piece.length
    this.#hash.update(piece)
  }

  /** SHA-256 in hex; nothing can be added afterwards. */
  sha256(): string {
    return this.#hash.digest('hex')
  }
}
