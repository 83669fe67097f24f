import { codecOf } from './codec-of.js'
import type { Compression } from './compression.js'
import { digestBuilder } from './content-digest.js'
import { keyedDigest, keyedHash } from './keyed-hash.js'
import type { StoredObject } from './manifest.js'
import { recipientsId } from './recipients-id.js'
import type { Store } from './store/store.js'
import { Tally } from './tally.js'
import type { DumpPiece } from './write-dump.js'

/** Small pieces are put together up to this, in bytes, so that each is worth its way. */
const GATHER = 1 << 17

/** What was written, and the digest of the content that it holds. */
export interface Written extends Omit<StoredObject, 'file'> {
  digest: string
  /** Opens the object without an identity, if it is encrypted. Never written down. */
  fileKey?: Uint8Array
}

/**
 * Writes a dump or an image to a new object of a store. It need not survive a power cut yet.
 *
 * @param name of the file in the store
 * @param recipients who can open it; without any it is not encrypted
 * @param digestOf makes the digest of the SHA-256 of all bytes, in hex; without it, it is that of the content
 * @throws what `pieces` and the store throw; nothing is left of the file
 */
export async function writeObject(
  store: Store,
  name: string,
  pieces: AsyncIterable<DumpPiece>,
  compression: Compression,
  recipients: readonly string[] = [],
  digestOf?: (sha256: string) => string,
): Promise<Written> {
  const raw = new Tally()
  const stored = new Tally()
  const content = digestBuilder()
  const text = raw.of(gathered(pieces, content.add))
  let fileKey: Uint8Array | undefined
  const sink = async (packed: AsyncIterable<Uint8Array>) => {
    if (recipients.length === 0) return store.write(name, stored.of(packed))
    const sealed = await (await import('./age.js')).encrypt(packed, recipients)
    fileKey = sealed.fileKey
    return store.write(name, stored.of(sealed.pieces))
  }
  const codec = await codecOf(compression)
  const first = await text.next()
  const second = await text.next()
  if (second.done === true) {
    await sink(inOrder([codec.pack(first.value ?? new Uint8Array())]))
  } else {
    await sink(codec.packed(inOrder([first.value as Uint8Array, second.value], text)))
  }
  const encryptedTo = recipientsId(recipients)
  const sha256 = raw.sha256()
  return {
    compression,
    ...(fileKey !== undefined && { encryption: 'age' as const, fileKey }),
    ...(encryptedTo !== undefined && { encryptedTo }),
    storedBytes: stored.bytes,
    storedSha256: stored.sha256(),
    rawBytes: raw.bytes,
    rawSha256: keyedHash(sha256, fileKey),
    digest: keyedDigest(digestOf === undefined ? content.digest() : digestOf(sha256), fileKey),
  }
}

async function* inOrder(
  first: readonly Uint8Array[],
  rest?: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* first
  if (rest !== undefined) yield* rest
}

async function* gathered(
  pieces: AsyncIterable<DumpPiece>,
  each: (piece: DumpPiece) => void,
): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = []
  let length = 0
  for await (const piece of pieces) {
    each(piece)
    waiting.push(piece.bytes)
    length += piece.bytes.length
    if (length < GATHER) continue
    yield Buffer.concat(waiting)
    waiting = []
    length = 0
  }
  if (length > 0) yield Buffer.concat(waiting)
}
