import type { DatabaseResult, FleetReport } from './fleet-report.js'

/** What `restore` made of one database. */
export interface RestoreRow extends DatabaseResult {
  /** Where it is; never holds a secret. */
  url: string
  /** How many rows were inserted. */
  rows: number
}

/** What `restore` returns. */
export interface RestoreReport extends FleetReport<RestoreRow> {
  /** Absolute path of what it was restored from. */
  from: string
}
