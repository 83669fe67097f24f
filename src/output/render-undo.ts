import { dirname } from 'node:path'
import type { UndoPlan, UndoReport } from '../report/undo-rows.js'
import { closingLine } from './closing-line.js'
import { printable } from './escape.js'
import { plural } from './format.js'
import { groupRows } from './grouping.js'
import { positionName } from './migration-names.js'
import { type Outcome, renderOutcomes } from './outcomes.js'
import { renderMigrate } from './render-migrate.js'
import { renderPlan } from './render-plan.js'
import type { Screen } from './terminal.js'
import { unfinishedOutcomes } from './unfinished-outcomes.js'
import { wrap } from './wrap.js'
import { writtenLines } from './written-lines.js'

const MOST_REMARKS = 5
const MOST_PLACES = 3

/** What `undo` did. */
export function renderUndo(report: UndoReport, screen: Screen): string[] {
  if (report.databases.length === 0) return changedNothing(report, screen)
  return [
    ...renderMigrate(report, screen),
    ...remarksOf(report, screen),
    ...restoredFrom(report, screen),
  ]
}

function restoredFrom({ from, furtherFrom = [], databases }: UndoReport, screen: Screen): string[] {
  const kept = new Set(databases.flatMap(({ kept }) => kept ?? []))
  if (from === undefined || kept.size === 0) return []
  const places = kept.size > 1 ? new Set([...kept].map(path => dirname(path))) : kept
  return [
    ...[from, ...furtherFrom].map(set => `restored from ${printable(set)}`),
    ...writtenLines(databases).flatMap(line => wrap(line, screen.width)),
    ...[...places].slice(0, MOST_PLACES).map(place => `kept ${printable(place)}`),
  ]
}

/** What `undo --dry-run` would do. */
export function renderUndoPlan(plan: UndoPlan, screen: Screen): string[] {
  if (plan.databases.length === 0) return changedNothing(plan, screen)
  if (plan.from === undefined) {
    return [...renderPlan(plan, screen), ...remarksOf(plan, screen)]
  }
  const title = `undo --dry-run: ${plural(plan.databases.length, 'database')}`
  const outcomes = [...restorations(plan), ...unfinishedOutcomes(plan.databases)]
  const isComplete = !plan.interrupted && plan.summary.ok === plan.summary.total
  return [
    ...wrap(`${screen.colours.bold(title)}, nothing was changed`, screen.width),
    ...renderOutcomes(outcomes, screen),
    ...(isComplete ? [] : closingLine(plan, screen)),
    ...[plan.from, ...(plan.furtherFrom ?? [])].map(
      set => `they would be restored from ${printable(set)}`,
    ),
    ...writtenLines(plan.databases).flatMap(line => wrap(line, screen.width)),
  ]
}

function restorations({ databases }: UndoPlan): Outcome[] {
  const alike = groupRows(
    databases.filter(({ status }) => status === 'ok'),
    ({ position, pending }) => JSON.stringify([position, pending.length > 0]),
  )
  return alike.map(({ rows }) => {
    const [{ position, pending }] = rows
    const isIdle = pending.length === 0
    return {
      count: rows.length,
      tone: isIdle ? 'aside' : 'good',
      label: 'at',
      detail: room =>
        `${positionName(position, room)}, ${isIdle ? 'nothing to do' : 'would be replaced'}`,
      names: rows.map(({ name }) => name),
    }
  })
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
