import { DbfleetError } from '../errors/dbfleet-error.js'
import type { Codec } from './codec.js'
import { codecOf, isBadPacking } from './codec-of.js'
import type { StoredObject } from './manifest.js'
import type { Store } from './store/store.js'
import { Tally } from './tally.js'

/** Up to so many bytes, stored and raw, an object is unpacked at once. */
const SMALL = 1 << 20

/**
 * The text of an object, piece by piece. Every byte is compared with what the manifest says of them,
 * stored and raw; what fails is thrown at the latest after the last piece.
 *
 * @param name of the file in the store
 * @throws DbfleetError `object-missing`, `object-damaged`, `object-unreadable`
 */
export async function* readObject(
  store: Store,
  name: string,
  expected: StoredObject,
): AsyncGenerator<Uint8Array> {
  const { compression, storedBytes, rawBytes } = expected
  const codec = await codecOf(compression)
  const stored = new Tally()
  const raw = new Tally()
  try {
    const bytes = stored.of(store.read(name))
    const isSmall = storedBytes <= SMALL && rawBytes <= SMALL
    for await (const piece of isSmall ? atOnce(bytes, codec, expected) : codec.unpacked(bytes)) {
      raw.add(piece)
      // What unpacks to more than it was may be without end.
      if (raw.bytes > rawBytes) throw tooMuch(expected)
      yield piece
    }
  } catch (error) {
    throw explained(error, expected)
  }
  if (stored.bytes !== storedBytes) throw wrongLength(expected, stored.bytes)
  if (stored.sha256() !== expected.storedSha256) {
    throw damaged(expected, 'its bytes are not those that were written')
  }
  if (raw.bytes !== rawBytes || raw.sha256() !== expected.rawSha256) {
    throw damaged(expected, 'it unpacks to other bytes than were packed')
  }
}

async function* atOnce(
  source: AsyncIterable<Uint8Array>,
  codec: Codec,
  expected: StoredObject,
): AsyncGenerator<Uint8Array> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of source) {
    pieces.push(piece)
    bytes += piece.length
    if (bytes > expected.storedBytes) {
      throw damaged(expected, `it has more than ${expected.storedBytes} bytes`)
    }
  }
  const [only, another] = pieces
  const stored = only !== undefined && another === undefined ? only : Buffer.concat(pieces)
  yield await codec.unpack(stored, expected.rawBytes)
}

function explained(error: unknown, expected: StoredObject): unknown {
  if (error instanceof DbfleetError) return error
  if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return tooMuch(expected)
  if (isBadPacking(error)) return damaged(expected, `it cannot be unpacked: ${error.message}`)
  return error
}

function tooMuch(expected: StoredObject): DbfleetError {
  return damaged(expected, `it unpacks to more than ${expected.rawBytes} bytes`)
}

function wrongLength(expected: StoredObject, bytes: number): DbfleetError {
  return damaged(expected, `it has ${bytes} bytes in place of ${expected.storedBytes}`)
}

function damaged({ file }: StoredObject, why: string): DbfleetError {
  return new DbfleetError('object-damaged', `${file} is damaged: ${why}`, {
    hint: 'Restore this database from another set.',
  })
}
