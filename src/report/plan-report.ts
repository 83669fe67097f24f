import type { DatabaseResult, FleetReport } from './fleet-report.js'
import type { PlannedWaveRow } from './wave-rows.js'

/** What a dry run would do to one database. */
export interface PlanRow extends DatabaseResult {
  /** The newest applied migration, or `null` when there is none. */
  position: string | null
  /** Migrations that would run, in the order they would: forwards for `up`, backwards for `down`. */
  pending: string[]
}

/** Migrations that would be committed together. */
export interface PlanStep {
  migrations: string[]
  /** False for a migration whose header says that it runs outside a transaction. */
  transaction: boolean
}

/** The text of one migration, in the direction of the plan. */
export interface PlanSql {
  migration: string
  sql: string
}

/** Databases at one position, for which the same steps would run. */
export interface PlanGroup {
  position: string | null
  /** Names of its databases; at least one. */
  databases: string[]
  /** Empty when nothing would run. */
  steps: PlanStep[]
  /** The SQL of its steps, in order; only where it was asked for (`--verbose`). */
  sql?: PlanSql[]
}

/** What `up --dry-run` and `down --dry-run` return. Nothing was changed. */
export interface PlanReport extends FleetReport<PlanRow> {
  dryRun: true
  /** Which way `undo` would go. */
  direction?: 'up' | 'down'
  groups: PlanGroup[]
  /** In their order; absent where all would be done at once. */
  waves?: PlannedWaveRow[]
}
