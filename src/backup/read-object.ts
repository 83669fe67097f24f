import { DbfleetError } from '../errors/dbfleet-error.js'
import { BadAgeFile, NoAgeKeyFits } from './age-error.js'
import type { Codec } from './codec.js'
import { codecOf, isBadPacking } from './codec-of.js'
import { keyedHash } from './keyed-hash.js'
import type { StoredObject } from './manifest.js'
import type { ObjectKeys } from './object-keys.js'
import type { Store } from './store/store.js'
import { Tally } from './tally.js'

interface ReadKeys extends ObjectKeys {
  opened?(fileKey: Uint8Array): void
}

/** Up to so many bytes, stored and raw, an object is unpacked at once. */
const SMALL = 1 << 20

/**
 * The text of an object, piece by piece. Every byte is compared with what the manifest says of them,
 * stored and raw; what fails is thrown at the latest after the last piece.
 *
 * @param name of the file in the store
 * @param keys for an encrypted one; `opened` gets the key of this object before the first piece comes
 * @throws DbfleetError `object-missing`, `object-damaged`, `object-unreadable`, `key-needed`, `wrong-key`
 */
export async function* readObject(
  store: Store,
  name: string,
  expected: StoredObject,
  { opened, ...keys }: ReadKeys = {},
): AsyncGenerator<Uint8Array> {
  const { compression, storedBytes, rawBytes } = expected
  const codec = await codecOf(compression)
  const stored = new Tally()
  const raw = new Tally()
  const isSmall = storedBytes <= SMALL && rawBytes <= SMALL
  let fileKey: Uint8Array | undefined
  try {
    let bytes: AsyncIterable<Uint8Array> = stored.of(store.read(name))
    if (expected.encryption !== undefined) {
      const plain = await decrypted(bytes, expected, keys)
      bytes = plain.pieces
      fileKey = plain.fileKey
      opened?.(fileKey)
    }
    const pieces = isSmall ? atOnce(bytes, stored, codec, expected) : codec.unpacked(bytes)
    for await (const piece of pieces) {
      raw.add(piece)
      // What unpacks to more than it was may be without end.
      if (raw.bytes > rawBytes) throw tooMuch(expected)
      yield piece
    }
  } catch (error) {
    if (error instanceof NoAgeKeyFits) throw await whyNoKeyFits(store, name, expected)
    throw explained(error, expected)
  }
  if (!isSmall) compareStored(stored, expected)
  if (raw.bytes !== rawBytes || keyedHash(raw.sha256(), fileKey) !== expected.rawSha256) {
    throw damaged(expected, 'it unpacks to other bytes than were packed')
  }
}

/** All stored bytes are compared before any of them is unpacked. */
async function* atOnce(
  source: AsyncIterable<Uint8Array>,
  stored: Tally,
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
  compareStored(stored, expected)
  const [only, another] = pieces
  const packed = only !== undefined && another === undefined ? only : Buffer.concat(pieces)
  yield await codec.unpack(packed, expected.rawBytes)
}

function explained(error: unknown, expected: StoredObject): unknown {
  if (error instanceof DbfleetError) return error
  if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return tooMuch(expected)
  if (error instanceof BadAgeFile) {
    return damaged(expected, `it cannot be decrypted: ${error.message}`)
  }
  if (isBadPacking(error)) return damaged(expected, `it cannot be unpacked: ${error.message}`)
  return error
}

function compareStored(stored: Tally, expected: StoredObject): void {
  if (stored.bytes !== expected.storedBytes) throw wrongLength(expected, stored.bytes)
  if (stored.sha256() === expected.storedSha256) return
  throw damaged(expected, 'its bytes are not those that were written')
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

/**
 * Compares the bytes of an object as it is stored, which needs no key.
 *
 * @throws DbfleetError `object-missing`, `object-damaged`, `object-unreadable`
 */
export async function checkStored(
  store: Store,
  name: string,
  expected: StoredObject,
): Promise<void> {
  const stored = new Tally()
  for await (const piece of store.read(name)) stored.add(piece)
  compareStored(stored, expected)
}

/**
 * The key of one encrypted object, from its first bytes.
 *
 * @throws as `readObject`
 */
export async function fileKeyOf(
  store: Store,
  name: string,
  expected: StoredObject,
  keys: ObjectKeys,
): Promise<Uint8Array> {
  try {
    const { fileKey, pieces } = await decrypted(store.read(name), expected, keys)
    // What is open of the file is closed by whoever stops reading it.
    for await (const _ of pieces) break
    return fileKey
  } catch (error) {
    if (error instanceof NoAgeKeyFits) throw await whyNoKeyFits(store, name, expected)
    throw explained(error, expected)
  }
}

async function decrypted(
  bytes: AsyncIterable<Uint8Array>,
  { file }: StoredObject,
  keys: ObjectKeys,
) {
  if (keys.fileKey === undefined && (keys.identities ?? []).length === 0) {
    throw new DbfleetError('key-needed', `${file} is encrypted, and no key is given`, {
      hint: 'Name a file with the private key by --identity, or give the passphrase.',
    })
  }
  return (await import('./age.js')).decrypt(bytes, keys)
}

/** A damaged header looks like one for others. */
async function whyNoKeyFits(
  store: Store,
  name: string,
  expected: StoredObject,
): Promise<DbfleetError> {
  await checkStored(store, name, expected)
  return new DbfleetError('wrong-key', `no key that is given opens ${expected.file}`, {
    hint: 'The manifest names the recipients under `encryption`; one of their private keys is needed.',
  })
}
