import type { ProvisionReport, ProvisionRow } from '../report/provision-rows.js'
import { closingLine } from './closing-line.js'
import { printable } from './escape.js'
import { plural } from './format.js'
import { groupRows } from './grouping.js'
import { positionName } from './migration-names.js'
import { type Outcome, renderOnlyOutcome, renderOutcomes } from './outcomes.js'
import { renderRunNumber } from './render-run-number.js'
import type { Screen } from './terminal.js'
import { unfinishedOutcomes } from './unfinished-outcomes.js'

/** What `create` and `destroy` did. */
export function renderCreate(report: ProvisionReport, screen: Screen): string[] {
  const { command, databases, interrupted } = report
  const label = command === 'destroy' ? 'destroyed' : 'created'
  const outcomes = [...doneOutcomes(label, databases), ...unfinishedOutcomes(databases)]
  const [first, second] = databases
  if (first !== undefined && second === undefined && !interrupted) {
    return [
      ...outcomes.flatMap(outcome =>
        renderOnlyOutcome(first.name, withUrl(outcome, first), screen),
      ),
      ...renderRunNumber(report, screen),
    ]
  }
  return [
    screen.colours.bold(`${command}: ${plural(databases.length, 'database')}`),
    ...renderOutcomes(outcomes, screen),
    ...closingLine(report, screen),
    ...renderRunNumber(report, screen),
  ]
}

function doneOutcomes(label: string, databases: readonly ProvisionRow[]): Outcome[] {
  const done = databases.filter(({ status }) => status === 'ok')
  return groupRows(done, ({ position }) => JSON.stringify(position ?? null)).map(({ rows }) => {
    const { position } = rows[0]
    const detail = (room: number) => (position ? `at ${positionName(position, room - 3)}` : '')
    return { count: rows.length, tone: 'good', label, detail, names: rows.map(({ name }) => name) }
  })
}

/** Where the only database is; of many, the names say enough. */
function withUrl(outcome: Outcome, { status, url }: ProvisionRow): Outcome {
  if (status !== 'ok') return outcome
  const detail = (room: number) =>
    [outcome.detail(room), `(${printable(url)})`].filter(part => part !== '').join(' ')
  return { ...outcome, detail }
}
