import type { DatabaseResult, FleetReport } from './fleet-report.js'

/** Where one database stands. A row that is not `ok` has `null`, 0 and empty lists. */
export interface StatusRow extends DatabaseResult {
  /** The newest applied migration, or `null` when there is none. */
  position: string | null
  /** How many migrations its ledger holds. */
  applied: number
  /** Names of migrations that the directory has and the ledger has not, in the order of `up`. */
  pending: string[]
  /** Names of applied migrations whose file has another checksum than the ledger. */
  edited: string[]
  /** Names of applied migrations that have no file. */
  missing: string[]
  /** Set when another tool migrated it, whose ledger was not adopted; `up` refuses it. */
  notAdopted?: {
    /** As its makers write it. */
    tool: string
    /** The ledger's table. */
    table: string
  }
}

/** What `status` returns. */
export type StatusReport = FleetReport<StatusRow>
