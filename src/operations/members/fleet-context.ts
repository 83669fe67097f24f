import type { Config } from '../../config/config.js'
import type { Connections } from '../../database/remote/connections.js'
import type { Source } from '../../fleet/source.js'
import type { TursoClouds } from '../../turso/turso-clouds.js'

/** What every verb works on. */
export interface FleetContext {
  config: Config
  sources: Source[]
  /** To servers; shared by all databases and phases of a run. */
  connections: Connections
  clouds: TursoClouds
}
