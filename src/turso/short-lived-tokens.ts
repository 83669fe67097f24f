import { readTokenFacts } from '../database/remote/token-facts.js'
import { faultOf } from './fault-of.js'

/** What a token is asked for, in the API's own words and in milliseconds. */
export const TOKEN_LIFE = { expiration: '2h', ms: 7_200_000 } as const
/** What is left of an old token must last for a database that is worked on. */
const LAST_MINUTES_MS = 300_000

/** What a token opens: all databases of a group, or one. */
export type TokenScope = readonly ['groups' | 'databases', string]

interface Token {
  value: string
  renewAt: number
  expiresAt: number
}

/**
 * Tokens that open databases, kept in memory: one for each group, made when first needed, and again
 * in the second half of its life.
 */
export class ShortLivedTokens {
  readonly #make: (scope: TokenScope) => Promise<string>
  readonly #now: () => number
  readonly #tokens = new Map<string, Promise<Token>>()
  /** Groups for which the API token may not make one. */
  readonly #closed = new Set<string>()

  constructor(make: (scope: TokenScope) => Promise<string>, now: () => number = Date.now) {
    this.#make = make
    this.#now = now
  }

  /** @throws what making it throws */
  async tokenFor({ name, group }: { name: string; group?: string }): Promise<string> {
    if (group !== undefined && !this.#closed.has(group)) {
      try {
        return await this.#fresh(['groups', group])
      } catch (error) {
        // A token of the API may be allowed those of single databases only.
        if (faultOf(error)?.status !== 403) throw error
        this.#closed.add(group)
      }
    }
    return this.#fresh(['databases', name])
  }

  async #fresh(scope: TokenScope): Promise<string> {
    const key = scope.join('/')
    const kept = this.#tokens.get(key)
    const old = await kept
    if (old !== undefined && this.#now() < old.renewAt) return old.value
    // Of many that wait for the same one, the first makes the new one for all.
    const current = this.#tokens.get(key)
    if (current !== undefined && current !== kept) return this.#fresh(scope)
    const made = this.#renew(scope, old)
    this.#tokens.set(key, made)
    try {
      return (await made).value
    } catch (error) {
      if (this.#tokens.get(key) === made) this.#tokens.delete(key)
      throw error
    }
  }

  async #renew(scope: TokenScope, old: Token | undefined): Promise<Token> {
    try {
      return this.#dated(await this.#make(scope))
    } catch (error) {
      if (old === undefined || old.expiresAt - this.#now() < LAST_MINUTES_MS) throw error
      return old
    }
  }

  /** By its own claims, since the API may give less than was asked for; this clock may be wrong. */
  #dated(value: string): Token {
    const life = readTokenFacts(value)?.lifeMs ?? TOKEN_LIFE.ms
    const now = this.#now()
    return { value, renewAt: now + life / 2, expiresAt: now + life }
  }
}
