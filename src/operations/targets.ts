import type { Config } from '../config/config.js'
import { resolveSecret } from '../config/secret.js'
import type { DatabaseTarget } from '../database/database.js'
import { UsageError } from '../errors/usage-error.js'
import type { Member } from '../fleet/member.js'

/**
 * Makes what a driver needs from a member. Secrets are fetched when first needed, and once for each
 * different one, so that a key command is not run for every database.
 */
export function createTargets(config: Config): (member: Member) => Promise<DatabaseTarget> {
  const secrets = new Map<string, Promise<string>>()
  return async ({ name, path, encryptionKey, url }) => {
    if (path === undefined) {
      throw new UsageError('unsupported-url', `${name}: ${url} is not a file`, {
        hint: 'This version opens databases in local files.',
      })
    }
    if (encryptionKey === undefined) return { name, path }
    const id = JSON.stringify(encryptionKey)
    const secret =
      secrets.get(id) ??
      resolveSecret(encryptionKey, `the encryption key of ${name}`, { cwd: config.root })
    secrets.set(id, secret)
    return { name, path, encryptionKey: await secret }
  }
}
