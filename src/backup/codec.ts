/** One way of compressing, as a stream in bounded memory, or at once. */
export interface Codec {
  packed(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
  /** @throws what `isBadPacking` knows, for bytes that were not packed so */
  unpacked(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
  /** For what is in memory anyway: with a small text, a stream costs more than its bytes. */
  pack(bytes: Uint8Array): Uint8Array
  /** @throws as `unpacked`, and `ERR_BUFFER_TOO_LARGE` when it unpacks to more than `most` bytes */
  unpack(bytes: Uint8Array, most: number): Uint8Array | Promise<Uint8Array>
}
