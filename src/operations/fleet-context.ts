import type { Config } from '../config/config.js'
import type { Source } from '../fleet/source.js'

/** What every verb works on. */
export interface FleetContext {
  config: Config
  sources: Source[]
}
