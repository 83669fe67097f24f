import type { RestoreReport, RestoreRow } from '../report/restore-rows.js'
import { closeWith } from './closing-line.js'
import { printable } from './escape.js'
import { formatCount, plural } from './format.js'
import { groupRows } from './grouping.js'
import { listNames } from './names.js'
import { type Outcome, renderOnlyOutcome, renderOutcomes } from './outcomes.js'
import { renderRunNumber } from './render-run-number.js'
import type { Screen } from './terminal.js'
import { unfinishedOutcomes } from './unfinished-outcomes.js'
import { wrap } from './wrap.js'

/** What `restore` made. */
export function renderRestore(report: RestoreReport, screen: Screen): string[] {
  const { databases, interrupted } = report
  const [first, second] = databases
  const outcomes = [
    ...restoredOutcomes(databases),
    ...thereOutcomes(databases),
    ...unfinishedOutcomes(databases.filter(({ status }) => status !== 'skipped')),
  ]
  const after = [...remarkLines(databases, screen), ...keptLines(databases)]
  if (first !== undefined && second === undefined && !interrupted) {
    return [
      ...outcomes.flatMap(outcome => renderOnlyOutcome(first.name, outcome, screen)),
      ...after,
      ...renderRunNumber(report, screen),
    ]
  }
  return [
    screen.colours.bold(`restore: ${plural(databases.length, 'database')}`),
    ...(outcomes.length === 0 ? [] : renderOutcomes(outcomes, screen)),
    ...after,
    ...closeWith(tallies(databases), report, screen),
    ...renderRunNumber(report, screen),
  ]
}

function restoredOutcomes(databases: readonly RestoreRow[]): Outcome[] {
  const done = databases.filter(({ status }) => status === 'ok')
  const [first] = done
  if (first === undefined) return []
  const rows = plural(
    done.reduce((all, row) => all + row.rows, 0),
    'row',
  )
  const applied = done.reduce((all, row) => all + row.applied.length, 0)
  const migrated = applied === 0 ? '' : `, ${plural(applied, 'migration')} applied`
  const where = databases.length === 1 ? ` (${printable(first.url)})` : ''
  const names = done.map(({ name }) => name)
  const detail = () => `${rows}${migrated}${where}`
  return [{ count: done.length, tone: 'good', label: 'restored', detail, names }]
}

/** Each remark once, with how many databases it is about. */
function remarkLines(databases: readonly RestoreRow[], screen: Screen): string[] {
  const remarks = databases.flatMap(row => row.remarks.map(text => ({ text, name: row.name })))
  return groupRows(remarks, ({ text }) => text).flatMap(({ key, rows }) => {
    const whose = databases.length === 1 ? '' : ` (${listNames(rows.map(({ name }) => name))})`
    return wrap(`note: ${printable(key)}${whose}`, screen.width, '', 2)
  })
}

function thereOutcomes(databases: readonly RestoreRow[]): Outcome[] {
  const names = databases.filter(({ status }) => status === 'skipped').map(({ name }) => name)
  if (names.length === 0) return []
  const detail = () => 'it holds the same'
  return [{ count: names.length, tone: 'aside', label: 'already there:', detail, names }]
}

/** Where what was replaced is, without which it is as good as lost. */
function keptLines(databases: readonly RestoreRow[]): string[] {
  // One set may hold several.
  const kept = [...new Set(databases.flatMap(row => row.kept ?? []))]
  const [first, second] = kept
  if (first === undefined) return []
  const more = second === undefined ? '' : ` and ${formatCount(kept.length - 1)} more`
  return [`kept ${printable(first)}${more}`]
}

function tallies(databases: readonly RestoreRow[]) {
  const of = (wanted: string) => databases.filter(({ status }) => status === wanted).length
  return [
    { count: of('ok'), words: `of ${formatCount(databases.length)} restored` },
    { count: of('skipped'), words: 'already there', tone: 'aside' as const },
    { count: of('not-run'), words: 'not run', tone: 'attention' as const },
    { count: of('failed'), words: 'failed', tone: 'bad' as const },
  ]
}
