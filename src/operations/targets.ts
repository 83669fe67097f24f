import type { Config } from '../config/config.js'
import { resolveSecret, type Secret } from '../config/secret.js'
import type { DatabaseTarget, FileTarget } from '../database/database.js'
import type { SqldAdmin } from '../database/remote/sqld-admin.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { endpointOf } from '../fleet/endpoint-of.js'
import type { Member } from '../fleet/member.js'

/**
 * Makes what a driver needs from a member. Secrets are fetched when first needed, and once for each
 * different one, so that a key command is not run for every database.
 */
export function createTargets(config: Config): (member: Member) => Promise<DatabaseTarget> {
  const fetched = fetchOnce(config)
  return async ({ name, path, encryptionKey, server, url }) => {
    if (server !== undefined) {
      const authToken =
        server.authToken && (await fetched(server.authToken, `the token of ${name}`))
      const endpoint = endpointOf(server, config, authToken)
      return { name, endpoint, ...(path !== undefined && { replica: await fileAt(path) }) }
    }
    if (path === undefined) throw new DbfleetError('bug', `${name}: ${url} is nowhere`)
    return fileAt(path)

    async function fileAt(at: string): Promise<FileTarget> {
      if (encryptionKey === undefined) return { name, path: at }
      const key = await fetched(encryptionKey, `the encryption key of ${name}`)
      return { name, path: at, encryptionKey: key }
    }
  }
}

/** Makes what is needed to create or remove a member on its server. */
export function createAdmins(config: Config): (member: Member) => Promise<SqldAdmin> {
  const fetched = fetchOnce(config)
  return async ({ name, server }) => {
    const { url, key } = server?.admin ?? {}
    if (url === undefined) throw new DbfleetError('bug', `${name} has no admin API`)
    const secret = key && (await fetched(key, `the key of the admin API at ${url}`))
    return { url, timeoutMs: config.requestTimeoutMs, ...(secret && { key: secret }) }
  }
}

/** Fetches each secret once, so that a key command is not run for every database. */
function fetchOnce({ root }: Config): (secret: Secret, what: string) => Promise<string> {
  const secrets = new Map<string, Promise<string>>()
  return (secret, what) => {
    const id = JSON.stringify(secret)
    const value = secrets.get(id) ?? resolveSecret(secret, what, { cwd: root })
    secrets.set(id, value)
    return value
  }
}
