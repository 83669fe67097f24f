import type { Config } from '../../config/config.js'
import { resolveSecret, type Secret } from '../../config/secret.js'

/** Fetches each secret once, so that a key command is not run for every database. */
export function fetchOnce({ root }: Config): (secret: Secret, what: string) => Promise<string> {
  const secrets = new Map<string, Promise<string>>()
  return (secret, what) => {
    const id = JSON.stringify(secret)
    const value = secrets.get(id) ?? resolveSecret(secret, what, { cwd: root })
    secrets.set(id, value)
    return value
  }
}
