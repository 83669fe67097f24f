import { readPrivateKey } from '../auth/read-private-key.js'
import type { TokenClaims } from '../auth/sign-token.js'
import { scopeClaims, type TokenScope } from '../auth/token-claims.js'
import { parseDuration } from '../config/duration.js'
import { UsageError } from '../errors/usage-error.js'
import type { TokenReport } from '../report/token-report.js'

export interface TokenOptions extends TokenScope {
  /** Path of the private key. */
  key: string
  /**
   * How long it is valid: milliseconds, a text such as `15m`, `1h` or `30d`, or `never`. The
   * default is `1h`.
   */
  expires?: number | string
}

const SECOND_MS = 1_000
const CENTURY_MS = 36_525 * 86_400_000

/**
 * Makes a token for sqld. One that writes every database is made only when `fullAccess` says so.
 *
 * @throws UsageError `scope-needed`, `bad-options`, `bad-name`, `bad-expiry`, `key-unreadable`,
 * `key-invalid`
 */
export async function createToken(options: TokenOptions): Promise<TokenReport> {
  const scope = scopeClaims(options)
  const lifetime = lifetimeInSeconds(options.expires ?? '1h')
  const { privateKey, warnings } = await readPrivateKey(options.key)
  const iat = Math.floor(Date.now() / SECOND_MS)
  const claims: TokenClaims = {
    ...scope,
    iat,
    ...(lifetime !== undefined && { exp: iat + lifetime }),
  }
  // The library is loaded by this verb only.
  const { signToken } = await import('../auth/sign-token.js')
  return {
    schema: 1,
    command: 'token',
    token: await signToken(claims, privateKey),
    claims,
    expiresAt: claims.exp === undefined ? null : new Date(claims.exp * SECOND_MS).toISOString(),
    warnings,
  }
}

function lifetimeInSeconds(expires: number | string): number | undefined {
  if (expires === 'never') return undefined
  const ms = parseDuration(expires, CENTURY_MS)
  if (ms !== undefined && ms >= SECOND_MS) return Math.floor(ms / SECOND_MS)
  throw new UsageError('bad-expiry', `a token cannot expire in ${JSON.stringify(expires)}`, {
    hint: 'Write a time from a second to a century, such as 15m, 1h or 30d, or `never`.',
  })
}
