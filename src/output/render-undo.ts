import type { UndoPlan, UndoReport } from '../report/undo-rows.js'
import { printable } from './escape.js'
import { renderMigrate } from './render-migrate.js'
import { renderPlan } from './render-plan.js'
import type { Screen } from './terminal.js'
import { wrap } from './wrap.js'

const MOST_REMARKS = 5

/** What `undo` did. */
export function renderUndo(report: UndoReport, screen: Screen): string[] {
  if (report.databases.length === 0) return changedNothing(report, screen)
  return [...renderMigrate(report, screen), ...remarksOf(report, screen)]
}

/** What `undo --dry-run` would do. */
export function renderUndoPlan(plan: UndoPlan, screen: Screen): string[] {
  if (plan.databases.length === 0) return changedNothing(plan, screen)
  return [...renderPlan(plan, screen), ...remarksOf(plan, screen)]
}

function changedNothing({ undoes }: { undoes: number }, screen: Screen): string[] {
  return wrap(`Nothing to do: run ${undoes} changed no database.`, screen.width)
}

function remarksOf({ remarks }: { remarks: readonly string[] }, screen: Screen): string[] {
  if (remarks.length === 0) return []
  const more = remarks.length - MOST_REMARKS
  const shown = remarks.slice(0, MOST_REMARKS)
  return [
    ...wrap('What the run removed does not come back:', screen.width),
    ...shown.flatMap(remark => wrap(printable(remark), screen.width, '  ', 4)),
    ...(more > 0 ? [`  and ${more} more; --json tells all`] : []),
  ]
}
