import type { PlanGroup, PlanReport, PlanSql, PlanStep } from '../report/plan-report.js'
import { closingLine } from './closing-line.js'
import { printable } from './escape.js'
import { plural } from './format.js'
import { groupRows } from './grouping.js'
import { positionName } from './migration-names.js'
import { nothingToDo } from './nothing-to-do.js'
import { type Outcome, renderOutcomes } from './outcomes.js'
import { renderWaves } from './render-waves.js'
import type { Screen } from './terminal.js'
import { unfinishedOutcomes } from './unfinished-outcomes.js'
import { wrap } from './wrap.js'

/** What `up --dry-run` and `down --dry-run` would do, for each group of databases at one position. */
export function renderPlan(report: PlanReport, screen: Screen): string[] {
  const { command, databases, groups, interrupted, summary } = report
  const idle = groups.every(({ steps }) => steps.length === 0)
  if (idle && !interrupted && summary.ok === summary.total) return nothingToDo(databases, screen)
  const verb = (report.direction ?? command) === 'down' ? 'revert' : 'apply'
  const title = `${command} --dry-run: ${plural(databases.length, 'database')}`
  const outcomes = [
    ...merged(groups).map(group => planned(group, verb, screen)),
    ...unfinishedOutcomes(databases),
  ]
  const complete = !interrupted && summary.ok === summary.total
  return [
    ...wrap(`${screen.colours.bold(title)}, nothing was changed`, screen.width),
    ...renderOutcomes(outcomes, screen),
    ...renderWaves(report, screen),
    ...(complete ? [] : closingLine(report, screen)),
  ]
}

/** One group for each plan, the biggest first; databases may stand apart for other reasons. */
function merged(groups: readonly PlanGroup[]): PlanGroup[] {
  return groupRows(groups, ({ position, steps }) => JSON.stringify([position, steps]))
    .map(({ rows }) => ({ ...rows[0], databases: rows.flatMap(({ databases }) => databases) }))
    .sort((a, b) => b.databases.length - a.databases.length)
}

function planned(group: PlanGroup, verb: string, screen: Screen): Outcome {
  const { databases, position, steps, sql = [] } = group
  const count = steps.reduce((total, { migrations }) => total + migrations.length, 0)
  const plan = count === 0 ? 'nothing to do' : `would ${verb} ${plural(count, 'migration')}`
  return {
    count: databases.length,
    tone: count === 0 ? 'aside' : 'good',
    label: 'at',
    detail: room => `${positionName(position, room)}, ${plan}`,
    names: databases,
    below: indent => [
      ...steps.flatMap(step => renderStep(step, indent, screen)),
      ...sql.flatMap(text => renderSql(text, indent, screen)),
    ],
  }
}

function renderStep({ migrations, transaction }: PlanStep, indent: number, screen: Screen) {
  const how = transaction ? 'in one transaction:' : 'outside a transaction:'
  const text = `${how} ${migrations.map(printable).join(', ')}`
  return wrap(text, screen.width, ' '.repeat(indent), indent + 2)
}

/** Whole lines: SQL is read, compared and copied, so nothing is cut or wrapped. */
function renderSql({ migration, sql }: PlanSql, indent: number, screen: Screen): string[] {
  const margin = ' '.repeat(indent)
  const lines = sql.trimEnd().split(/\r?\n/)
  return [
    margin + screen.colours.dim(`-- ${printable(migration)}`),
    ...lines.map(line => (margin + printable(line.replaceAll('\t', '    '))).trimEnd()),
  ]
}
