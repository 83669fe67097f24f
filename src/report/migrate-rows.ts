import type { DatabaseResult, FleetReport, Recorded } from './fleet-report.js'
import type { WaveRow } from './wave-rows.js'

/** What `up`, `down` or `redo` did to one database. */
export interface MigrateRow extends DatabaseResult {
  /**
   * Migrations that were committed, in the order they ran; empty when nothing was pending. Present
   * for `up` and `redo`. A failed row may name some with `--transaction each`.
   */
  applied?: string[]
  /** Migrations that were reverted, in the order they ran. Present for `down` and `redo`. */
  reverted?: string[]
  /** The newest applied migration afterwards; `null` when there is none or it is not known. */
  position: string | null
}

/** What `up`, `down` and `redo` return. */
export interface MigrateReport extends FleetReport<MigrateRow>, Recorded {
  /** Where the backup set is that was made first of what was to be changed; absent without one. */
  backup?: string
  /** Those of databases that joined the fleet during the run, made before they were changed. */
  furtherBackups?: string[]
  /** The verb of the run that `resume` went on with. */
  verb?: string
  /** In their order; absent where all was done at once. */
  waves?: WaveRow[]
}
