import type { DatabaseResult, FleetReport, Recorded } from './fleet-report.js'

/** What `create` or `destroy` did to one database. */
export interface ProvisionRow extends DatabaseResult {
  /** Where it is or was; never holds a secret. */
  url: string
  /** `create` only: the newest migration in its ledger, or `null` when there is none. */
  position?: string | null
}

/** What `create` and `destroy` return. */
export type ProvisionReport = FleetReport<ProvisionRow> & Recorded
