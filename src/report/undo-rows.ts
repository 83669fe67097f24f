import type { MigrateReport } from './migrate-rows.js'
import type { PlanReport } from './plan-report.js'

/** What `undo` returns: `reverted` or, where the run had reverted, `applied` for each database. */
export interface UndoReport extends MigrateReport {
  /** The run that it takes back. */
  undoes: number
  /** What does not come back by it. */
  remarks: string[]
}

/** What `undo --dry-run` returns. Nothing was changed. */
export interface UndoPlan extends PlanReport {
  undoes: number
  remarks: string[]
}
