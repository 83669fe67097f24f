import { checkNamespace } from '../config/namespace-name.js'
import { UsageError } from '../errors/usage-error.js'

/** What a token is to allow. */
export interface TokenScope {
  /** Names of the only databases that it opens; without any, it opens all. */
  databases?: readonly string[]
  /** It reads and does not write. */
  readOnly?: boolean
  /** It reads and writes all databases, also those that are made later. Excludes the other two. */
  fullAccess?: boolean
}

/** The claims that sqld understands; it ignores `nbf`, and refuses a token that has an `aud`. */
export interface ScopeClaims {
  /** Access to all databases: read-only, or read-write. */
  a?: 'ro' | 'rw'
  /** Access by database; the server does not look at `a` then. */
  p?: { ro: { ns: string[] } } | { rw: { ns: string[] } }
}

/**
 * The claims for a scope.
 *
 * @throws UsageError `scope-needed`, `bad-options`, `bad-name`
 */
export function scopeClaims({ databases = [], readOnly, fullAccess }: TokenScope): ScopeClaims {
  const isNarrow = readOnly === true || databases.length > 0
  if (fullAccess === true) {
    if (!isNarrow) return { a: 'rw' }
    throw new UsageError('bad-options', '--full-access excludes --read-only and --database', {
      hint: 'Leave --full-access out for a token that may do less.',
    })
  }
  if (!isNarrow) {
    throw new UsageError('scope-needed', 'the token would read and write every database', {
      hint: 'Say what it may do: --read-only, --database <name>, or --full-access if that is meant.',
    })
  }
  if (databases.length === 0) return { a: 'ro' }
  databases.forEach(checkNamespace)
  const ns = [...new Set(databases)]
  return { p: readOnly === true ? { ro: { ns } } : { rw: { ns } } }
}
