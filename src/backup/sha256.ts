import { createHash, type Hash, hash } from 'node:crypto'

/** SHA-256 of bytes that come in pieces; one piece alone is hashed by itself, which takes far less. */
export class Sha256 {
  #only: Uint8Array | undefined
  #hash: Hash | undefined

  /** @param piece not to be written to before there is another, or the digest */
  add(piece: Uint8Array): void {
    if (this.#hash !== undefined) {
      this.#hash.update(piece)
    } else if (this.#only === undefined) {
      this.#only = piece
    } else {
      this.#hash = createHash('sha256').update(this.#only).update(piece)
      this.#only = undefined
    }
  }

  /** In hex; nothing can be added afterwards. */
  digest(): string {
    return this.#hash?.digest('hex') ?? hash('sha256', this.#only ?? new Uint8Array(), 'hex')
  }
}
