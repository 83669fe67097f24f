import type { DatabaseResult, FleetReport, Recorded } from './fleet-report.js'

/** What `restore` made of one database. */
export interface RestoreRow extends DatabaseResult {
  /** Where it is; never holds a secret. */
  url: string
  /** How many rows were inserted. */
  rows: number
  /** Migrations that were applied to it before it got its name. */
  applied: string[]
  /** Where the one is kept that it replaced; `null` when there was none. */
  kept: string | null
  /** What is not as it was, though no content: settings that a server does not take. */
  remarks: string[]
}

/** What `restore` returns. */
export interface RestoreReport extends FleetReport<RestoreRow>, Recorded {
  /** The set or the dump: an absolute path, or where a store has it. */
  from: string
}
