import { pipeline, type Transform } from 'node:stream'
import zlib from 'node:zlib'
import type { Codec } from './codec.js'
import type { Compression } from './compression.js'
import { unpackZstd } from './unpack-zstd.js'
import { contentOfFrames } from './zstd-frames.js'

/** Less than half the time of the default, and about as many bytes. */
const GZIP_LEVEL = 3
const CHUNK = 1 << 16

/** Loads what compresses so. */
export async function codecOf(compression: Compression): Promise<Codec> {
  if (compression === 'gzip') return GZIP
  if (compression === 'none') return NONE
  return nodesZstd() ?? (await import('./wasm-zstd.js')).wasmZstd
}

/** True when bytes could not be unpacked because of what they are. */
export function isBadPacking(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  const { code = '' } = error as NodeJS.ErrnoException
  return /^(Z_|ZSTD_|ERR_.*(ZLIB|ZSTD))/.test(String(code))
}

const GZIP: Codec = {
  packed: pieces => through(pieces, zlib.createGzip({ level: GZIP_LEVEL, chunkSize: CHUNK })),
  unpacked: pieces => through(pieces, zlib.createGunzip({ chunkSize: CHUNK })),
  pack: bytes => zlib.gzipSync(bytes, { level: GZIP_LEVEL, chunkSize: CHUNK }),
  unpack: (bytes, most) => zlib.gunzipSync(bytes, limited(most)),
}

const NONE: Codec = {
  packed: pieces => pieces,
  unpacked: pieces => pieces,
  pack: bytes => bytes,
  unpack: bytes => bytes,
}

/** Node has it from 22.15. */
interface WithZstd {
  createZstdCompress?(): Transform
  createZstdDecompress?(): Transform
  zstdCompressSync?(bytes: Uint8Array): Buffer
  zstdDecompressSync?(bytes: Uint8Array, options: { maxOutputLength: number }): Buffer
}

function nodesZstd(): Codec | undefined {
  const { createZstdCompress, createZstdDecompress, zstdCompressSync, zstdDecompressSync } =
    zlib as WithZstd
  if (createZstdCompress === undefined || createZstdDecompress === undefined) return undefined
  if (zstdCompressSync === undefined || zstdDecompressSync === undefined) return undefined
  return {
    packed: pieces => through(pieces, createZstdCompress()),
    unpacked: pieces =>
      unpackZstd(pieces, {
        atOnce: (frame, content) => zstdDecompressSync(frame, limited(content)),
        inPieces: frame => through(frame, createZstdDecompress()),
      }),
    pack: bytes => zstdCompressSync(bytes),
    unpack(bytes, most) {
      // It takes what is cut off for whole.
      contentOfFrames(bytes)
      return zstdDecompressSync(bytes, limited(most))
    },
  }
}

/** A failure on either side ends the reader's loop with its error. */
function through(pieces: AsyncIterable<Uint8Array>, stream: Transform): AsyncIterable<Uint8Array> {
  return pipeline(pieces, stream, () => {})
}

function limited(most: number): { maxOutputLength: number; chunkSize: number } {
  // Zero would mean no limit.
  return { maxOutputLength: Math.max(1, most), chunkSize: CHUNK }
}
