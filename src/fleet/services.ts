import type { Connections } from '../database/remote/connections.js'
import type { TursoClouds } from '../turso/turso-clouds.js'

/** What a source may use to find its databases. */
export interface SourceServices {
  /** What relative paths and URLs start from. */
  root: string
  connections: Connections
  clouds: TursoClouds
  /** How long one request to a server may take. */
  requestTimeoutMs: number
}
