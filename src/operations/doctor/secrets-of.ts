import type { Config, Secret } from '../../config/config.js'
import type { Member } from '../../fleet/member.js'

/** A secret that the configuration names, once, however often it does. */
export interface NamedSecret {
  secret: Secret
  /** Where the configuration first names it: `fleet[0].sqld.authToken`. */
  place: string
  /** Whether it opens databases on servers. */
  isToken: boolean
}

const KEYS: ReadonlySet<string> = new Set(['authToken', 'adminKey', 'apiToken', 'encryptionKey'])

/** What is equal for equal secrets. */
export function idOf(secret: Secret): string {
  return JSON.stringify(secret)
}

/** The secrets that a configuration names. */
export function secretsOf({ fleet }: Pick<Config, 'fleet'>): NamedSecret[] {
  const found = new Map<string, NamedSecret>()
  const visit = (value: unknown, place: string) => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, inner] of Object.entries(value)) {
      const at = Array.isArray(value) ? `${place}[${key}]` : `${place}.${key}`
      if (!KEYS.has(key) || typeof inner !== 'object' || inner === null) {
        visit(inner, at)
        continue
      }
      const isToken = key === 'authToken'
      const known = found.get(idOf(inner))
      if (known === undefined) found.set(idOf(inner), { secret: inner, place: at, isToken })
      else known.isToken ||= isToken
    }
  }
  visit(fleet, 'fleet')
  return [...found.values()]
}

/** The secrets without which a member cannot be opened. */
export function neededBy({ server, path, encryptionKey }: Member): Secret[] {
  const needed = [server?.authToken, path === undefined ? undefined : encryptionKey]
  return needed.filter(secret => secret !== undefined)
}
