import type { Transform } from 'node:stream'
import zlib from 'node:zlib'

/** How the objects of a set are compressed. */
export type Compression = (typeof COMPRESSIONS)[number]

export const COMPRESSIONS = ['zstd', 'gzip', 'none'] as const

/** Node has it from 22.15. */
interface Zstd {
  createZstdCompress?(): Transform
  createZstdDecompress?(): Transform
  zstdCompressSync?(bytes: Uint8Array): Buffer
  zstdDecompressSync?(bytes: Uint8Array, options: { maxOutputLength: number }): Buffer
}

const { createZstdCompress, createZstdDecompress, zstdCompressSync, zstdDecompressSync } =
  zlib as Zstd

/** Less than half the time of the default, and about as many bytes. */
const GZIP_LEVEL = 3
const CHUNK = 1 << 16

/** Whether this Node can compress so. */
export function isAvailable(compression: Compression): boolean {
  return compression !== 'zstd' || createZstdCompress !== undefined
}

/** zstd where this Node has it, else gzip. */
export function defaultCompression(): Compression {
  return isAvailable('zstd') ? 'zstd' : 'gzip'
}

/** How the names of files end that hold SQL text. */
export function endingOf(compression: Compression): string {
  return { zstd: '.sql.zst', gzip: '.sql.gz', none: '.sql' }[compression]
}

/** `undefined` for `none`, and for zstd where it is not available. */
export function compressor(compression: Compression): Transform | undefined {
  if (compression === 'gzip') return zlib.createGzip({ level: GZIP_LEVEL, chunkSize: CHUNK })
  return compression === 'zstd' ? createZstdCompress?.() : undefined
}

/** `undefined` for `none`, and for zstd where it is not available. */
export function decompressor(compression: Compression): Transform | undefined {
  if (compression === 'gzip') return zlib.createGunzip({ chunkSize: CHUNK })
  return compression === 'zstd' ? createZstdDecompress?.() : undefined
}

/** Compresses what is in memory anyway: for a small text, a stream costs more than its bytes. */
export function compressed(bytes: Uint8Array, compression: Compression): Uint8Array {
  if (compression === 'gzip') {
    return zlib.gzipSync(bytes, { level: GZIP_LEVEL, chunkSize: CHUNK })
  }
  return compression === 'zstd' && zstdCompressSync !== undefined ? zstdCompressSync(bytes) : bytes
}

/**
 * The reverse of `compressed`.
 *
 * @throws what zlib throws; `ERR_BUFFER_TOO_LARGE` when it unpacks to more than `most` bytes
 */
export function decompressed(
  bytes: Uint8Array,
  compression: Compression,
  most: number,
): Uint8Array {
  // Zero would mean no limit.
  const options = { maxOutputLength: Math.max(1, most), chunkSize: CHUNK }
  if (compression === 'gzip') return zlib.gunzipSync(bytes, options)
  return compression === 'zstd' && zstdDecompressSync !== undefined
    ? zstdDecompressSync(bytes, options)
    : bytes
}
