import { resolve } from 'node:path'
import { writeKeyPair } from '../auth/write-key-pair.js'
import type { KeysReport } from '../report/keys-report.js'

export interface KeysOptions {
  /** The directory to write to; the default is `keys` in the working directory. */
  out?: string
}

/**
 * Makes an Ed25519 key pair for sqld: `jwt.pem`, which signs tokens, and `jwt.pub.pem`, which the
 * server checks them with. Overwrites nothing.
 *
 * @throws UsageError `exists`, `readonly`, `disk-full`
 */
export async function createKeys({ out = 'keys' }: KeysOptions = {}): Promise<KeysReport> {
  const files = await writeKeyPair(resolve(out))
  return {
    schema: 1,
    command: 'keys',
    ...files,
    serverFlags: ['--auth-jwt-key-file', files.publicKey],
  }
}
