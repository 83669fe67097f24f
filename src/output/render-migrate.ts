import type { MigrateReport, MigrateRow } from '../report/migrate-rows.js'
import { closingLine } from './closing-line.js'
import { printable } from './escape.js'
import { plural } from './format.js'
import { groupRows } from './grouping.js'
import { migrationNames, positionName } from './migration-names.js'
import { nothingToDo } from './nothing-to-do.js'
import { type Outcome, renderOnlyOutcome, renderOutcomes } from './outcomes.js'
import { renderStop } from './render-stop.js'
import type { Screen } from './terminal.js'
import { unfinishedOutcomes } from './unfinished-outcomes.js'

/** What `up`, `down` and `redo` did. */
export function renderMigrate(report: MigrateReport, screen: Screen): string[] {
  const { command, databases, interrupted } = report
  if (!interrupted && report.stopped === undefined && databases.every(isUntouched))
    return nothingToDo(databases, screen)
  const outcomes = [...doneOutcomes(databases), ...unfinishedOutcomes(databases, doneBefore)]
  const [first, second] = databases
  const { backup: set, furtherBackups = [] } = report
  const sets = set === undefined ? [] : [set, ...furtherBackups]
  const backup = sets.map(each => `backup ${printable(each)}`)
  const lines =
    first !== undefined && second === undefined
      ? outcomes.flatMap(outcome => renderOnlyOutcome(first.name, outcome, screen))
      : [
          screen.colours.bold(`${command}: ${plural(databases.length, 'database')}`),
          ...renderOutcomes(outcomes, screen),
        ]
  const closing = databases.length === 1 && !interrupted ? [] : closingLine(report, screen)
  return [...lines, ...closing, ...backup, ...renderStop(report, screen)]
}

function isUntouched({ status, applied = [], reverted = [] }: MigrateRow): boolean {
  return status === 'ok' && applied.length === 0 && reverted.length === 0
}

function doneOutcomes(databases: readonly MigrateRow[]): Outcome[] {
  const done = databases.filter(({ status }) => status === 'ok')
  const alike = groupRows(done, row => JSON.stringify([row.applied, row.reverted, row.position]))
  return alike.map(({ rows }, index) => ({
    ...doneTo(rows[0]),
    count: rows.length,
    // Most databases need no names; the few that differ do.
    names: index === 0 ? undefined : rows.map(({ name }) => name),
  }))
}

function doneTo(row: MigrateRow): Pick<Outcome, 'tone' | 'label' | 'detail'> {
  const { applied = [], reverted = [], position } = row
  if (isUntouched(row)) {
    const detail = (room: number) => `at ${positionName(position, room - 3)}`
    return { tone: 'aside', label: 'unchanged', detail }
  }
  if (reverted.length === 0) {
    return { tone: 'good', label: 'applied', detail: room => endingAt(applied, position, room) }
  }
  if (applied.length === 0) {
    const detail = (room: number) =>
      `${migrationNames(reverted, room)}, now at ${positionName(position, room)}`
    return { tone: 'good', label: 'reverted', detail }
  }
  const detail = (room: number) => migrationNames(applied, room)
  return { tone: 'good', label: 'reverted and re-applied', detail }
}

/** Names the position only where the migrations themselves are not named. */
function endingAt(applied: readonly string[], position: string | null, room: number): string {
  const names = migrationNames(applied, room)
  return names.endsWith(' migrations') ? `${names}, now at ${positionName(position, room)}` : names
}

function doneBefore({ applied = [], reverted = [] }: MigrateRow): string {
  if (applied.length > 0) return `after applying ${migrationNames(applied, Infinity)}`
  if (reverted.length > 0) return `after reverting ${migrationNames(reverted, Infinity)}`
  return ''
}
