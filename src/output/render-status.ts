import type { StatusReport, StatusRow } from '../report/status-rows.js'
import { closeWith } from './closing-line.js'
import { printable } from './escape.js'
import { plural } from './format.js'
import { groupRows } from './grouping.js'
import { positionName } from './migration-names.js'
import { type Outcome, renderOnlyOutcome, renderOutcomes } from './outcomes.js'
import { standingOf } from './standing.js'
import { type Cell, renderTable } from './table.js'
import type { Screen } from './terminal.js'
import type { Tone } from './tone.js'
import { unfinishedOutcomes } from './unfinished-outcomes.js'

/** Fleets up to this size are shown row by row. */
const MOST_ROWS = 20

/** Where each database stands, or, in a large fleet, each group of databases. */
export function renderStatus(report: StatusReport, screen: Screen): string[] {
  const { databases, interrupted } = report
  const [first, second] = databases
  if (first === undefined) return ['No databases were selected.']
  const unfinished = unfinishedOutcomes(databases)
  if (second === undefined && !interrupted) {
    const [outcome] = [...standings(databases), ...unfinished]
    return outcome === undefined ? [] : renderOnlyOutcome(first.name, outcome, screen)
  }
  // The table says who was not run; a cell has no room for why one failed.
  const failures = unfinished.filter(({ tone }) => tone === 'bad')
  const lines =
    databases.length <= MOST_ROWS
      ? [...table(databases, screen), ...renderOutcomes(failures, screen)]
      : [
          screen.colours.bold(`status: ${plural(databases.length, 'database')}`),
          ...renderOutcomes([...standings(databases), ...unfinished], screen),
        ]
  return [...lines, ...closeWith(tallies(databases), report, screen)]
}

function standings(databases: readonly StatusRow[]): Outcome[] {
  const known = databases.filter(({ status }) => status === 'ok')
  const key = (row: StatusRow) =>
    JSON.stringify([row.position, row.pending, row.edited, row.missing, row.notAdopted])
  return groupRows(known, key).map(({ rows }, index) => {
    const upToDate = isUpToDate(rows[0])
    return {
      count: rows.length,
      tone: toneOf(rows[0]),
      label: 'at',
      detail: room => {
        const position = positionName(rows[0].position, room)
        return upToDate && rows.length > 1
          ? position
          : `${position}, ${standingOf(rows[0]).words(room)}`
      },
      names: upToDate && index === 0 ? undefined : rows.map(({ name }) => name),
    }
  })
}

function table(databases: readonly StatusRow[], screen: Screen): string[] {
  const columns = [{ header: 'NAME' }, { header: 'AT' }, { header: 'STATE' }]
  const rows = databases.map((row): Cell[] => [
    printable(row.name),
    row.status === 'ok' ? positionName(row.position) : '',
    { text: cellOf(row), tone: toneOf(row) },
  ])
  return renderTable(columns, rows, screen)
}

function cellOf(row: StatusRow): string {
  if (row.status === 'ok') return standingOf(row).words(Infinity)
  return row.status === 'not-run' ? 'not run' : row.status
}

function isUpToDate(row: StatusRow): boolean {
  return standingOf(row).isUpToDate
}

function isEdited({ edited }: StatusRow): boolean {
  return edited.length > 0
}

function isAltered(row: StatusRow): boolean {
  return standingOf(row).isAltered
}

function isNotAdopted({ notAdopted }: StatusRow): boolean {
  return notAdopted !== undefined
}

function toneOf(row: StatusRow): Tone {
  if (row.status === 'ok') return standingOf(row).tone
  return row.status === 'failed' ? 'bad' : 'attention'
}

function tallies(databases: readonly StatusRow[]) {
  const count = (is: (row: StatusRow) => boolean) => databases.filter(is).length
  const ok = (is: (row: StatusRow) => boolean) => count(row => row.status === 'ok' && is(row))
  return [
    { count: ok(isUpToDate), words: 'up to date' },
    {
      count: ok(row => !isAltered(row) && !isUpToDate(row) && !isNotAdopted(row)),
      words: 'behind',
      tone: 'attention',
    },
    { count: ok(isNotAdopted), words: 'not adopted', tone: 'bad' },
    { count: ok(isEdited), words: 'with edited migrations', tone: 'bad' },
    {
      count: ok(row => isAltered(row) && !isEdited(row)),
      words: 'with missing migrations',
      tone: 'bad',
    },
    { count: count(row => row.status === 'skipped'), words: 'skipped', tone: 'attention' },
    { count: count(row => row.status === 'not-run'), words: 'not run', tone: 'attention' },
    { count: count(row => row.status === 'failed'), words: 'failed', tone: 'bad' },
  ] as const
}
