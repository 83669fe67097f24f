/** A token that `token create` made. It is a secret. */
export interface TokenReport {
  /** Version of this document's format. */
  schema: 1
  command: 'token'
  /** The JWT, for `Authorization: Bearer …` and `authToken`. */
  token: string
  /** What it says, as the server reads it; times in seconds since 1970. */
  claims: {
    /** Access to all databases: `ro` or `rw`. */
    a?: 'ro' | 'rw'
    /** Access to the databases under `ns` only: under `ro` to read, under `rw` to write, too. */
    p?: { ro: { ns: string[] } } | { rw: { ns: string[] } }
    iat: number
    exp?: number
  }
  /** UTC, ISO 8601; `null` when it never expires. */
  expiresAt: string | null
  /** What is wrong with the key's file; mostly nothing. */
  warnings: string[]
}
