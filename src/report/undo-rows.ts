import type { MigrateReport, MigrateRow } from './migrate-rows.js'
import type { PlanReport, PlanRow } from './plan-report.js'

/** What was noticed of writes to a database after the run that is taken back. */
export interface WrittenSince {
  /** Tables that have more rows than the backup, or, below zero, fewer. */
  tables: { table: string; more: number }[]
  /** True when its file was written after the run; it may have been for other reasons. */
  file: boolean
}

/** What `undo` did to one database. */
export interface UndoRow extends MigrateRow {
  /** With `--from-backup`: where the database is that it replaced. */
  kept?: string
  /** With `--from-backup`: what was written to it since, and is in `kept` only. */
  written?: WrittenSince
}

/** What `undo` returns: `reverted` or, where the run had reverted, `applied` for each database. */
export interface UndoReport extends Omit<MigrateReport, 'databases'> {
  /** The run that it takes back. */
  undoes: number
  /** With `--from-backup`: where the set is. */
  from?: string
  /** Likewise, of databases that had joined the fleet during the run. */
  furtherFrom?: string[]
  /** What does not come back by it. */
  remarks: string[]
  databases: UndoRow[]
}

/** What a dry run of `undo` would do to one database. */
export interface UndoPlanRow extends PlanRow {
  written?: WrittenSince
}

/** What `undo --dry-run` returns. Nothing was changed. */
export interface UndoPlan extends Omit<PlanReport, 'databases'> {
  undoes: number
  from?: string
  furtherFrom?: string[]
  remarks: string[]
  databases: UndoPlanRow[]
}
