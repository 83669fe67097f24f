import { createPrivateKey, type KeyObject } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { UsageError } from '../errors/usage-error.js'

/** Far more than any key has; a device never ends. */
const MAX_BYTES = 64 * 1024

/** A key in place of its path: PEM, or what the base64 of each Ed25519 private key begins with. */
const KEY_ITSELF = /-----BEGIN|^MC4CAQAwBQYDK2Vw/

/** What a file holds instead, by the first line of its PEM block. */
const OTHER_CONTENTS: readonly [label: RegExp, what: string, hint: string][] = [
  [
    /^(RSA )?PUBLIC KEY$/,
    'holds a public key',
    'Tokens are made with the private one; `dbfleet keys create` writes it beside, without .pub.',
  ],
  [
    /^ENCRYPTED PRIVATE KEY$/,
    'is encrypted with a passphrase',
    'Decrypt it with `openssl pkey -in <file>`; --key takes a pipe, too.',
  ],
  [
    /^OPENSSH PRIVATE KEY$/,
    "is in OpenSSH's own format",
    '`dbfleet keys create` makes a key in the format that is needed, PKCS#8.',
  ],
  [/CERTIFICATE/, 'holds a certificate', 'Name the file of the private key.'],
]

/** A key, and what its owner should know about its file. */
export interface PrivateKeyFile {
  privateKey: KeyObject
  warnings: string[]
}

/**
 * Reads an Ed25519 private key, PKCS#8 in PEM, from a file or a pipe. No error holds any part of
 * what was read.
 *
 * @throws UsageError `key-unreadable`, `key-invalid`
 */
export async function readPrivateKey(path: string): Promise<PrivateKeyFile> {
  if (KEY_ITSELF.test(path)) {
    throw new UsageError('key-invalid', 'the key itself was given where its path belongs', {
      hint: 'Name the file. The key is in the history of the shell now: think of a new one.',
    })
  }
  const { text, mode } = await read(path)
  const privateKey = parse(text, path)
  const isForAll = process.platform !== 'win32' && (mode & 0o007) !== 0
  const warnings = isForAll
    ? [`${path} is open to every user of this machine; \`chmod 600\` it, and think of a new key.`]
    : []
  return { privateKey, warnings }
}

async function read(path: string): Promise<{ text: string; mode: number }> {
  let handle: FileHandle | undefined
  try {
    handle = await open(path, 'r')
    const stats = await handle.stat()
    // A pipe has the permissions of nothing that anyone could open.
    return { text: await readSome(handle), mode: stats.isFile() ? stats.mode : 0 }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new UsageError('key-unreadable', `the key file ${path} ${fileFault(code)}`, {
      hint: 'Name the private key with --key; `dbfleet keys create` makes one.',
      cause: error,
    })
  } finally {
    await handle?.close()
  }
}

function fileFault(code: string): string {
  if (code === 'ENOENT') return 'does not exist'
  return code === 'EISDIR' ? 'is a directory' : `cannot be read (${code})`
}

async function readSome(handle: FileHandle): Promise<string> {
  const buffer = Buffer.alloc(MAX_BYTES)
  let length = 0
  while (length < MAX_BYTES) {
    // No position: a pipe has none.
    const { bytesRead } = await handle.read(buffer, length, MAX_BYTES - length, null)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return buffer.toString('latin1', 0, length)
}

function parse(text: string, path: string): KeyObject {
  const label = /^-----BEGIN ([A-Z0-9 ]+)-----/m.exec(text)?.[1]
  if (label === undefined) invalid(path, 'is not a PEM file')
  for (const [other, what, hint] of OTHER_CONTENTS) {
    if (other.test(label)) invalid(path, what, hint)
  }
  const privateKey = parsePem(text) ?? invalid(path, 'holds no private key that can be read')
  const type = privateKey.asymmetricKeyType
  if (type === 'ed25519') return privateKey
  return invalid(path, `holds a key of the kind ${type}; sqld takes Ed25519 only`)
}

function parsePem(text: string): KeyObject | undefined {
  try {
    return createPrivateKey({ key: text, format: 'pem' })
  } catch {
    return undefined
  }
}

function invalid(path: string, why: string, hint?: string): never {
  throw new UsageError('key-invalid', `the key file ${path} ${why}`, {
    hint: hint ?? '`dbfleet keys create` makes a key that works.',
  })
}
