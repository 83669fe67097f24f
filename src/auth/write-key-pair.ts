import { generateKeyPairSync } from 'node:crypto'
import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { UsageError } from '../errors/usage-error.js'

/** Absolute paths, if the directory's is. */
export interface KeyPairFiles {
  /** PKCS#8 in PEM; only its owner can read it. */
  privateKey: string
  /** SPKI in PEM, as sqld's `--auth-jwt-key-file` takes it. */
  publicKey: string
}

/**
 * Makes an Ed25519 key pair and writes it into a directory, both files or none. The directory is
 * made if it is not there, for its owner only; one that is there keeps its permissions.
 *
 * @throws UsageError `exists` when one of the files is there, `readonly`, `disk-full`
 */
export async function writeKeyPair(directory: string): Promise<KeyPairFiles> {
  const files: KeyPairFiles = {
    privateKey: join(directory, 'jwt.pem'),
    publicKey: join(directory, 'jwt.pub.pem'),
  }
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const made: { path: string; handle: FileHandle }[] = []
  /** The name is taken, with its permissions, before the first byte is written. */
  const take = async (path: string, mode: number): Promise<FileHandle> => {
    const handle = await open(path, 'wx', mode)
    made.push({ path, handle })
    return handle
  }
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const forOwner = await take(files.privateKey, 0o600)
    const forServer = await take(files.publicKey, 0o644)
    await put(forServer, publicKey.export({ type: 'spki', format: 'pem' }))
    await put(forOwner, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  } catch (error) {
    for (const { path } of made) await unlink(path).catch(() => {})
    throw refusal(error, directory)
  } finally {
    for (const { handle } of made) await handle.close()
  }
  await flushDirectory(directory)
  return files
}

async function put(handle: FileHandle, text: string | Buffer): Promise<void> {
  await handle.writeFile(text)
  await handle.sync()
}

/** Names outlive a power failure only then. Not every system can open a directory. */
async function flushDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch(() => undefined)
  await handle?.sync().catch(() => {})
  await handle?.close()
}

function refusal(error: unknown, directory: string): unknown {
  const { code, path = directory, message } = error as NodeJS.ErrnoException
  if (code === undefined) return error
  if (code === 'EEXIST' && dirname(path) === directory) {
    return new UsageError('exists', `${path} is there already; keys are never overwritten`, {
      hint: 'Use that key, or write the new one to another directory with --out.',
      cause: error,
    })
  }
  return new UsageError(
    code === 'ENOSPC' ? 'disk-full' : 'readonly',
    `no keys can be written to ${directory}: ${message}`,
    { hint: 'Choose a directory that this user can write with --out.', cause: error },
  )
}
