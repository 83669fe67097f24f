/** What a JWT says of itself, unproven: for words about a token that a server refused. */
export interface TokenFacts {
  expiredAt?: Date
  /** Absent when it is good for ever. */
  expiresAt?: Date
  /** How long it was made for, in milliseconds. */
  lifeMs?: number
  /** Names of the only databases that it may write; undefined when it may write all it opens. */
  writes?: readonly string[]
  /** Names of the only databases that it opens; undefined when it opens all. */
  databases?: readonly string[]
}

/**
 * Reads the claims that sqld looks at, without checking the signature.
 *
 * @returns undefined for what is no JWT
 */
export function readTokenFacts(token: string, now = new Date()): TokenFacts | undefined {
  const claims = claimsOf(token)
  if (claims === undefined) return undefined
  const { exp, iat, a, id, p } = claims
  const expiry = typeof exp === 'number' ? new Date(exp * 1_000) : undefined
  const life = typeof exp === 'number' && typeof iat === 'number' ? exp - iat : undefined
  const databases = scopeOf(p) ?? (typeof id === 'string' ? [id] : undefined)
  const writes = isRecord(p) ? namesIn(p.rw) : a === 'ro' ? [] : undefined
  return {
    ...(writes !== undefined && { writes }),
    ...(expiry !== undefined && !Number.isNaN(expiry.getTime()) && { expiresAt: expiry }),
    ...(expiry !== undefined && expiry < now && { expiredAt: expiry }),
    ...(life !== undefined && { lifeMs: life * 1_000 }),
    ...(databases !== undefined && { databases }),
  }
}

function claimsOf(token: string): Record<string, unknown> | undefined {
  const [, payload, signature] = token.split('.')
  if (payload === undefined || signature === undefined) return undefined
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    return isRecord(claims) ? claims : undefined
  } catch {
    return undefined
  }
}

/** `{ rw: { ns: [...] }, ro: { ns: [...] } }` */
function scopeOf(permissions: unknown): string[] | undefined {
  if (!isRecord(permissions)) return undefined
  return Object.values(permissions).flatMap(namesIn)
}

function namesIn(scope: unknown): string[] {
  return isRecord(scope) && Array.isArray(scope.ns) ? scope.ns.map(String) : []
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
