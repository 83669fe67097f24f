import { createHash } from 'node:crypto'
import { IDENTITY, type SetEncryption } from '../../backup/manifest.js'
import type { Store } from '../../backup/store/store.js'
import { UsageError } from '../../errors/usage-error.js'
import type { FleetContext } from '../members/fleet-context.js'
import { type PassphraseOptions, passphraseOf } from './passphrase-of.js'

export interface EncryptOptions extends PassphraseOptions {
  /** Public keys of age, or files with them. */
  encryptTo?: readonly string[]
}

/** How the objects of a new set are encrypted. */
export interface Encryption {
  recipients: string[]
  /** An identity that a passphrase opens; it goes into the set. */
  locked?: Uint8Array
}

/**
 * How a new set is to be encrypted. A passphrase opens an identity, and that opens the objects: a
 * passphrase is made slow on purpose, and 10,000 objects would take hours. Sets of one place share it,
 * so that one can refer to the objects of another.
 *
 * @returns undefined when nobody asked for it
 * @throws UsageError `bad-recipient`, `secret-missing`, `secret-failed`
 */
export async function encryptionFor(
  context: Pick<FleetContext, 'config'>,
  store: Store,
  options: EncryptOptions,
): Promise<Encryption | undefined> {
  const passphrase = await passphraseOf(context, options)
  const { encryptTo = context.config.encryption?.recipients ?? [] } = options
  if (passphrase === undefined && encryptTo.length === 0) return undefined
  const { recipientsOf } = await import('./recipients-of.js')
  const cwd = options.encryptTo === undefined ? context.config.root : process.cwd()
  const recipients = await recipientsOf(encryptTo, cwd)
  if (passphrase === undefined) return { recipients }
  const { identity, locked } = await identityFor(store, passphrase, recipients)
  const { recipientOf } = await import('../../backup/age.js')
  const own = await recipientOf(identity)
  return { recipients: [...recipients, ...(own === undefined ? [] : [own])], locked }
}

/** Puts what belongs to it into a set, and says what its manifest tells of it. */
export async function writeEncryption(
  store: Store,
  set: string,
  { recipients, locked }: Encryption,
): Promise<SetEncryption> {
  if (locked === undefined) return { scheme: 'age', recipients }
  await store.write(`${set}/${IDENTITY}`, once(locked))
  const sha256 = createHash('sha256').update(locked).digest('hex')
  return { scheme: 'age', recipients, identity: { bytes: locked.length, sha256 } }
}

/** The identity of the newest set of that place, if the passphrase opens it; else a new one. */
async function identityFor(store: Store, passphrase: string, recipients: readonly string[]) {
  const age = await import('../../backup/age.js')
  const postQuantum = recipients.some(age.isPostQuantum)
  const locked = await newestIdentity(store)
  if (locked !== undefined) {
    const identity = (await age.unlock(locked, passphrase).catch(() => undefined))?.trim()
    const own = identity && (await age.recipientOf(identity))
    if (identity && own && age.isPostQuantum(own) === postQuantum) return { identity, locked }
  }
  const identity = await age.newIdentity({ postQuantum })
  return { identity, locked: await age.lock(`${identity}\n`, passphrase) }
}

const SET = /^\d{8}T\d{6}Z/
const LOOK_BACK = 3
const LARGEST = 1 << 20

async function newestIdentity(store: Store): Promise<Uint8Array | undefined> {
  const names = (await store.names()).filter(name => SET.test(name))
  for (const name of names.reverse().slice(0, LOOK_BACK)) {
    const found = await smallFile(store, `${name}/${IDENTITY}`)
    if (found !== undefined) return found
  }
  return undefined
}

/** The bytes of a file; undefined when there is none, or it is too large to be an identity. */
export async function smallFile(store: Store, name: string): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = []
  let length = 0
  try {
    for await (const part of store.read(name)) {
      parts.push(part)
      length += part.length
      if (length > LARGEST) return undefined
    }
  } catch (error) {
    if (error instanceof UsageError || (error as { code?: string }).code !== 'object-missing') {
      throw error
    }
    return undefined
  }
  return Buffer.concat(parts)
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
