import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { DbfleetError } from '../errors/dbfleet-error.js'

const PIECE = 1 << 18
const GZIP = 0x1f8b

/**
 * The text of a dump file in pieces; of one that gzip compressed, too.
 *
 * @throws DbfleetError `dump-unreadable`
 */
export async function* openDump(path: string): AsyncGenerator<Uint8Array> {
  try {
    const text = createReadStream(path, { highWaterMark: PIECE })
    if (!(await isCompressed(path))) yield* text
    // A failure on either side ends the loop below with its error.
    else yield* pipeline(text, createGunzip({ chunkSize: PIECE }), () => {})
  } catch (error) {
    if (error instanceof DbfleetError) throw error
    throw new DbfleetError('dump-unreadable', `${path}: ${(error as Error).message}`, {
      hint: 'Nothing was restored.',
      cause: error,
    })
  }
}

async function isCompressed(path: string): Promise<boolean> {
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0)
  return bytesRead === 2 && buffer.readUInt16BE() === GZIP
}
