import { resolve } from 'node:path'
import { resolveSecret } from '../../config/secret.js'
import type { FleetContext } from '../members/fleet-context.js'

/** Where a passphrase may be given besides the environment and the configuration. */
export interface PassphraseOptions {
  /** A file that holds it and nothing else; relative to the working directory. */
  passphraseFile?: string
}

const VARIABLE = 'DBFLEET_PASSPHRASE'

/**
 * The passphrase of backup sets: from a file, else from `DBFLEET_PASSPHRASE`, else as the configuration
 * says. Never from an argument, which every user of the machine can read.
 *
 * @throws UsageError `secret-missing`, `secret-failed`
 */
export async function passphraseOf(
  { config }: Pick<FleetContext, 'config'>,
  { passphraseFile }: PassphraseOptions,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  const what = 'the passphrase of the backup sets'
  if (passphraseFile !== undefined) {
    return resolveSecret({ file: resolve(passphraseFile) }, what, { cwd: config.root })
  }
  if (env[VARIABLE]) return env[VARIABLE]
  const secret = config.encryption?.passphrase
  return secret && resolveSecret(secret, what, { cwd: config.root })
}
