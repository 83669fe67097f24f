import { sendable } from './sendable.js'

/** Where a database on a server is, and what opens it. Holds a secret: never print or serialise it. */
export interface RemoteEndpoint {
  /** `http:`, `https:`, `ws:` or `wss:`, host and port, perhaps a path; no slash at its end. */
  url: string
  /** Named in a header; without it the host's name decides. */
  namespace?: string
  authToken?: string
  /** Where the token is from, for errors: `the environment variable SQLD_TOKEN`. */
  tokenFrom?: string
  /** What to do about errors, where it is not what it would be with sqld. */
  advice?: {
    /** When the server refuses the token. */
    token?: string
    /** When the database is not to be reached. */
    away?: string
  }
  /** How long one request may take, in milliseconds. */
  timeoutMs: number
}

/**
 * The headers that say which database is meant, and who asks.
 *
 * @throws DbfleetError `auth` for what can be no token
 */
export function endpointHeaders(endpoint: RemoteEndpoint): Record<string, string> {
  const { namespace, authToken } = endpoint
  return {
    ...(namespace !== undefined && { 'x-namespace-bin': namespaceHeader(namespace) }),
    ...(authToken !== undefined && {
      authorization: `Bearer ${sendable(authToken, tokenName(endpoint))}`,
    }),
  }
}

/** What a token is called in errors. */
export function tokenName({ tokenFrom }: RemoteEndpoint): string {
  return tokenFrom === undefined ? 'the token' : `the token of ${tokenFrom}`
}

/** The server refuses the padding of base64. */
function namespaceHeader(namespace: string): string {
  return Buffer.from(namespace).toString('base64').replace(/=+$/, '')
}
