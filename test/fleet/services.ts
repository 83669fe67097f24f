import { Connections } from '../../src/database/remote/connections.js'
import type { SourceServices } from '../../src/fleet/services.js'

/** What a source may use, for a configuration in that directory. */
export function services(root: string): SourceServices {
  return { root, connections: new Connections(), requestTimeoutMs: 10_000 }
}
