import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto'
import { type Identity, type Recipient, Stanza } from 'age-encryption'

/** What the `age` command takes: a guess costs 256 MiB and most of a second. */
const WORK = 18
/** More would let whoever can write a file take all memory of who reads it. */
const MOST_WORK = 20
const BLOCK_SIZE = 8
const LABEL = 'age-encryption.org/v1/scrypt'
const CIPHER = 'chacha20-poly1305'
const TAG = 16
/** The key is used once. */
const NONCE = Buffer.alloc(12)

/**
 * A passphrase as a recipient (https://age-encryption.org/v1, "The scrypt recipient type"). That of the
 * package is in JavaScript, ten times slower than Node's, and holds up the thread.
 */
export function passphraseRecipient(passphrase: string): Recipient {
  return {
    async wrapFileKey(fileKey) {
      const salt = randomBytes(16)
      const key = await keyFrom(passphrase, salt, WORK)
      const cipher = createCipheriv(CIPHER, key, NONCE, { authTagLength: TAG })
      const body = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()])
      return [new Stanza(['scrypt', unpadded(salt), String(WORK)], body)]
    },
  }
}

/** The same as an identity; it opens files that have no other recipient. */
export function passphraseIdentity(passphrase: string): Identity {
  return {
    async unwrapFileKey([stanza, another]) {
      const [type, salt = '', work = ''] = stanza?.args ?? []
      if (stanza === undefined || type !== 'scrypt') return null
      if (another !== undefined || stanza.args.length !== 3)
        throw new Error('invalid scrypt stanza')
      if (!/^[1-9]\d?$/.test(work) || Number(work) > MOST_WORK) {
        throw new Error('the scrypt work factor is too large')
      }
      const bytes = Buffer.from(salt, 'base64')
      if (bytes.length !== 16 || unpadded(bytes) !== salt || stanza.body.length !== 16 + TAG) {
        throw new Error('invalid scrypt stanza')
      }
      const key = await keyFrom(passphrase, bytes, Number(work))
      const cipher = createDecipheriv(CIPHER, key, NONCE, { authTagLength: TAG })
      cipher.setAuthTag(stanza.body.subarray(16))
      try {
        return Buffer.concat([cipher.update(stanza.body.subarray(0, 16)), cipher.final()])
      } catch {
        return null
      }
    },
  }
}

function keyFrom(passphrase: string, salt: Uint8Array, work: number): Promise<Buffer> {
  const N = 2 ** work
  const cost = { N, r: BLOCK_SIZE, p: 1, maxmem: 2 * 128 * N * BLOCK_SIZE }
  return new Promise((resolve, reject) => {
    const whole = Buffer.concat([Buffer.from(LABEL), salt])
    scrypt(passphrase, whole, 32, cost, (error, key) =>
      error === null ? resolve(key) : reject(error),
    )
  })
}

function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '')
}
