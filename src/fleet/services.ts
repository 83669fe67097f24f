import type { Connections } from '../database/remote/connections.js'

/** What a source may use to find its databases. */
export interface SourceServices {
  /** What relative paths and URLs start from. */
  root: string
  connections: Connections
  /** How long one request to a server may take. */
  requestTimeoutMs: number
}
