import type { Transform } from 'node:stream'
import zlib from 'node:zlib'

/** How the objects of a set are compressed. */
export type Compression = (typeof COMPRESSIONS)[number]

export const COMPRESSIONS = ['zstd', 'gzip', 'none'] as const

/** Node has it from 22.15. */
interface Zstd {
  createZstdCompress?(): Transform
  createZstdDecompress?(): Transform
}

const { createZstdCompress, createZstdDecompress } = zlib as Zstd

/** Half the time of the default, and 5% more bytes. */
const GZIP_LEVEL = 4
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
