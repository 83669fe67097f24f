import { Connections } from '../../src/database/remote/connections.js'
import type { SourceServices } from '../../src/fleet/services.js'
import { TursoClouds } from '../../src/turso/turso-clouds.js'

/** What a source may use, for a configuration in that directory. */
export function services(root: string): SourceServices {
  const shared = { root, connections: new Connections(), requestTimeoutMs: 10_000 }
  return { ...shared, clouds: new TursoClouds(shared) }
}
