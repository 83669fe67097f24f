import type { SyncReport, SyncRow } from '../report/sync-rows.js'
import { closingLine } from './closing-line.js'
import { plural } from './format.js'
import { groupRows } from './grouping.js'
import { positionName } from './migration-names.js'
import { type Outcome, renderOnlyOutcome, renderOutcomes } from './outcomes.js'
import { renderRunNumber } from './render-run-number.js'
import type { Screen } from './terminal.js'
import { unfinishedOutcomes } from './unfinished-outcomes.js'

/** How far replicas have come. */
export function renderSync(report: SyncReport, screen: Screen): string[] {
  const { databases, interrupted } = report
  const outcomes = [...doneOutcomes(databases), ...unfinishedOutcomes(databases)]
  const [first, second] = databases
  if (first !== undefined && second === undefined && !interrupted) {
    const lines = outcomes.flatMap(outcome => renderOnlyOutcome(first.name, outcome, screen))
    return [...lines, ...renderRunNumber(report, screen)]
  }
  return [
    screen.colours.bold(`sync: ${plural(databases.length, 'replica')}`),
    ...renderOutcomes(outcomes, screen),
    ...closingLine(report, screen),
    ...renderRunNumber(report, screen),
  ]
}

function doneOutcomes(databases: readonly SyncRow[]): Outcome[] {
  const done = databases.filter(({ status }) => status === 'ok')
  const groups = groupRows(done, ({ position, framesSynced }) =>
    JSON.stringify([position, framesSynced > 0]),
  )
  return groups.map(({ rows }) => {
    const [{ position }] = rows as [SyncRow]
    const frames = rows.reduce((total, { framesSynced }) => total + framesSynced, 0)
    const label = frames > 0 ? 'synced' : 'up to date'
    const came = frames > 0 ? `, ${plural(frames, 'page')} came` : ''
    const detail = (room: number) =>
      position === null ? `at no migration${came}` : `at ${positionName(position, room - 3)}${came}`
    return { count: rows.length, tone: 'good', label, detail, names: rows.map(({ name }) => name) }
  })
}
