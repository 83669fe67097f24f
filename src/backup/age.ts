import {
  Decrypter,
  Encrypter,
  generateHybridIdentity,
  generateX25519Identity,
  type Identity,
  identityToRecipient,
} from 'age-encryption'
import { BadAgeFile, NoAgeKeyFits } from './age-error.js'
import { passphraseIdentity, passphraseRecipient } from './age-passphrase.js'
import type { ObjectKeys } from './object-keys.js'
import { putBack } from './put-back.js'

/** Bytes on their way through age, and the key of this one file. */
export interface Sealed {
  pieces: AsyncIterable<Uint8Array>
  /** 16 bytes. Opens the file without an identity: never written down. */
  fileKey: Uint8Array
}

const POST_QUANTUM = 'age1pq1'

/** Encrypts a stream for recipients, in bounded memory, as the `age` command would. */
export async function encrypt(
  pieces: AsyncIterable<Uint8Array>,
  recipients: readonly string[],
): Promise<Sealed> {
  const encrypter = new Encrypter()
  for (const recipient of recipients) encrypter.addRecipient(recipient)
  let fileKey = new Uint8Array()
  // A recipient that keeps the key in memory and leaves no trace in the file.
  encrypter.addRecipient({
    wrapFileKey(key) {
      fileKey = Uint8Array.from(key)
      return []
    },
  })
  const sealed = await encrypter.encrypt(ReadableStream.from(pieces) as ReadableStream<Uint8Array>)
  return { pieces: sealed, fileKey }
}

/**
 * Decrypts a stream.
 *
 * @throws BadAgeFile, also while the pieces are read; NoAgeKeyFits
 */
export async function decrypt(
  pieces: AsyncIterable<Uint8Array>,
  { identities = [], fileKey: known }: ObjectKeys,
): Promise<Sealed> {
  const { header, all } = await headerOf(pieces)
  const fileKey = known ?? (await unwrapped(header, identities))
  const decrypter = new Decrypter()
  decrypter.addIdentity({ unwrapFileKey: () => fileKey })
  try {
    const opened = await decrypter.decrypt(ReadableStream.from(all) as ReadableStream<Uint8Array>)
    return { pieces: checked(opened), fileKey }
  } catch (error) {
    throw damaged(error)
  }
}

/**
 * The key of one file, from its header; nothing after that is read.
 *
 * @param passphrase for a file that was encrypted by one
 * @throws BadAgeFile, NoAgeKeyFits
 */
export async function fileKeyIn(
  pieces: AsyncIterable<Uint8Array>,
  { identities = [] }: ObjectKeys,
  passphrase?: string,
): Promise<Uint8Array> {
  const { header, all } = await headerOf(pieces)
  const byPassphrase = passphrase === undefined ? [] : [passphraseIdentity(passphrase)]
  try {
    return await unwrapped(header, [...identities, ...byPassphrase])
  } finally {
    // What is open of the file is closed by whoever stops reading it.
    for await (const _ of all) break
  }
}

/** @returns why that is no recipient; undefined when it is one */
export function recipientProblem(recipient: string): string | undefined {
  try {
    new Encrypter().addRecipient(recipient)
    return undefined
  } catch (error) {
    // Its own words quote what was given, which is public.
    const { message } = error as Error
    return message.startsWith('Invalid checksum') ? 'its checksum is wrong' : message
  }
}

/** @returns its recipient; undefined when it is no identity */
export async function recipientOf(identity: string): Promise<string | undefined> {
  return identityToRecipient(identity).catch(() => undefined)
}

export function isPostQuantum(recipient: string): boolean {
  return recipient.startsWith(POST_QUANTUM)
}

/** Makes a new identity: a private key as text. */
export function newIdentity({ postQuantum }: { postQuantum: boolean }): Promise<string> {
  return postQuantum ? generateHybridIdentity() : generateX25519Identity()
}

/** Encrypts a text by a passphrase. Takes a second: whoever guesses is to need as long for each. */
export async function lock(text: string, passphrase: string): Promise<Uint8Array> {
  const encrypter = new Encrypter()
  encrypter.addRecipient(passphraseRecipient(passphrase))
  return encrypter.encrypt(text)
}

/** @throws BadAgeFile, NoAgeKeyFits */
export async function unlock(bytes: Uint8Array, passphrase: string): Promise<string> {
  const decrypter = new Decrypter()
  decrypter.addIdentity(passphraseIdentity(passphrase))
  try {
    return await decrypter.decrypt(bytes, 'text')
  } catch (error) {
    throw explained(error)
  }
}

const LONGEST_HEADER = 1 << 20
const MAC = /\n--- [^\n]*\n/

/** The header, and a stream of it and all that follows. */
async function headerOf(
  pieces: AsyncIterable<Uint8Array>,
): Promise<{ header: Uint8Array; all: AsyncIterable<Uint8Array> }> {
  const source = pieces[Symbol.asyncIterator]()
  let read = Buffer.alloc(0)
  for (;;) {
    const found = MAC.exec(read.toString('latin1'))
    if (found !== null) {
      const header = read.subarray(0, found.index + found[0].length)
      return { header, all: putBack(read, source) }
    }
    const next = read.length > LONGEST_HEADER ? undefined : await source.next()
    if (next === undefined || next.done === true) throw new BadAgeFile('it has no header of age')
    read = Buffer.concat([read, next.value])
  }
}

async function unwrapped(
  header: Uint8Array,
  identities: readonly (string | Identity)[],
): Promise<Uint8Array> {
  const decrypter = new Decrypter()
  for (const identity of identities) decrypter.addIdentity(identity)
  try {
    return await decrypter.decryptHeader(header)
  } catch (error) {
    throw explained(error)
  }
}

async function* checked(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces
  } catch (error) {
    throw damaged(error)
  }
}

function explained(error: unknown): unknown {
  return error instanceof Error && error.message.startsWith('no identity matched')
    ? new NoAgeKeyFits('no key fits')
    : damaged(error)
}

/** Errors of where the bytes come from have codes; those of age are plain. */
function damaged(error: unknown): unknown {
  if (!(error instanceof Error) || 'code' in error) return error
  return new BadAgeFile(error.message)
}
