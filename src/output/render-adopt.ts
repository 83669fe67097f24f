import type { AdoptReport, AdoptRow } from '../report/adopt-rows.js'
import { closingLine } from './closing-line.js'
import { printable } from './escape.js'
import { plural } from './format.js'
import { groupRows } from './grouping.js'
import { positionName } from './migration-names.js'
import { type Outcome, renderOnlyOutcome, renderOutcomes } from './outcomes.js'
import { renderImport } from './render-import.js'
import { renderRunNumber } from './render-run-number.js'
import type { Screen } from './terminal.js'
import { unfinishedOutcomes } from './unfinished-outcomes.js'

/** What `adopt` understood and wrote; databases that are alike are told once. */
export function renderAdopt(
  report: AdoptReport,
  screen: Screen,
  directory = process.cwd(),
): string[] {
  const { imported, databases, dryRun } = report
  if (imported === null) return renderDatabases(report, screen)
  const withDatabases = databases.length > 0
  return [
    ...renderImport(imported, screen, { dryRun, withDatabases, directory }),
    ...(withDatabases ? renderDatabases(report, screen) : []),
  ]
}

function renderDatabases(report: AdoptReport, screen: Screen): string[] {
  const { databases, dryRun, interrupted } = report
  const outcomes = [...doneOutcomes(report), ...unfinishedOutcomes(databases)]
  const [first, second] = databases
  if (first !== undefined && second === undefined && !interrupted) {
    const lines = outcomes.flatMap(outcome => renderOnlyOutcome(first.name, outcome, screen))
    return [...lines, ...renderRunNumber(report, screen)]
  }
  const title = `adopt${dryRun ? ' --dry-run' : ''}: ${plural(databases.length, 'database')}`
  return [
    `${screen.colours.bold(title)}${dryRun ? ', nothing was changed' : ''}`,
    ...renderOutcomes(outcomes, screen),
    ...closingLine(report, screen),
    ...renderRunNumber(report, screen),
  ]
}

function doneOutcomes({ databases, dryRun }: AdoptReport): Outcome[] {
  const done = databases.filter(({ status }) => status === 'ok')
  const alike = groupRows(done, ({ tool, position, applied, remarks }) =>
    JSON.stringify([tool, position, applied, remarks]),
  )
  return alike.map(({ rows }) => ({
    ...doneTo(rows[0], dryRun),
    count: rows.length,
    names: rows.map(({ name }) => name),
  }))
}

function doneTo(
  { tool, position, applied, remarks }: AdoptRow,
  dryRun: boolean,
): Pick<Outcome, 'tone' | 'label' | 'detail'> {
  const said = remarks.map(printable).join('; ')
  const remark = said === '' ? '' : ` (${said})`
  if (applied.length === 0) {
    if (tool === null && position === null) {
      return { tone: 'aside', label: 'unchanged:', detail: () => said }
    }
    const detail = (room: number) =>
      `${tool === null ? 'adopted before, ' : ''}at ${positionName(position, room)}${remark}`
    return { tone: 'aside', label: 'unchanged:', detail }
  }
  const how = tool === null ? 'by its schema' : `from ${tool}`
  const detail = (room: number) =>
    `${plural(applied.length, 'migration')} ${how}, at ${positionName(position, room)}${remark}`
  return { tone: 'good', label: dryRun ? 'would record' : 'recorded', detail }
}
