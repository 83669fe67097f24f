import type { BackupReport, BackupRow } from '../report/backup-rows.js'
import { closeWith } from './closing-line.js'
import { printable } from './escape.js'
import { formatCount, plural } from './format.js'
import { listNames } from './names.js'
import { type Outcome, renderOnlyOutcome, renderOutcomes } from './outcomes.js'
import { renderRunNumber } from './render-run-number.js'
import type { Screen } from './terminal.js'
import { unfinishedOutcomes } from './unfinished-outcomes.js'
import { wrap } from './wrap.js'

/** What is in a new backup set, and what is not. */
export function renderBackup(report: BackupReport, screen: Screen): string[] {
  const { databases, interrupted, set } = report
  const outcomes = [...writtenOutcomes(databases), ...unfinishedOutcomes(databases)]
  const place = `set ${printable(set)}`
  const [first, second] = databases
  if (first !== undefined && second === undefined && !interrupted) {
    const lines = outcomes.flatMap(outcome => renderOnlyOutcome(first.name, outcome, screen))
    return [
      ...lines,
      ...imageLines(databases, screen),
      ...keptLines(databases),
      place,
      ...renderRunNumber(report, screen),
    ]
  }
  return [
    screen.colours.bold(`backup: ${plural(databases.length, 'database')}`),
    ...renderOutcomes(outcomes, screen),
    ...closeWith(tallies(databases), report, screen),
    ...imageLines(databases, screen),
    ...keptLines(databases),
    place,
    ...renderRunNumber(report, screen),
  ]
}

/** Where the objects are that were not made now. */
function keptLines(databases: readonly BackupRow[]): string[] {
  const kept = databases.filter(({ unchanged }) => unchanged)
  if (kept.length === 0) return []
  const sets = [...new Set(kept.map(({ object }) => object?.split('/')[1] ?? ''))].sort()
  const from = sets.length === 1 ? printable(sets[0] ?? '') : `${formatCount(sets.length)} sets`
  return [
    `${formatCount(kept.length)} of ${formatCount(databases.length)} unchanged, kept from ${from}`,
  ]
}

/** Which databases are not the text that was asked for, and why. */
function imageLines(databases: readonly BackupRow[], screen: Screen): string[] {
  const images = databases.filter(({ reason }) => reason !== null)
  const reasons = [...new Set(images.map(({ reason }) => reason ?? ''))]
  return reasons.flatMap(reason => {
    const names = images.filter(row => row.reason === reason).map(({ name }) => name)
    const text = `${plural(names.length, 'page image')}: ${printable(reason)} (${listNames(names)})`
    return wrap(text, screen.width, '', 2)
  })
}

function writtenOutcomes(databases: readonly BackupRow[]): Outcome[] {
  return [true, false].flatMap(proven => {
    const rows = databases.filter(row => row.status === 'ok' && row.proven === proven)
    if (rows.length === 0) return []
    const sum = (of: (row: BackupRow) => number) => rows.reduce((all, row) => all + of(row), 0)
    const size = `${plural(
      sum(row => row.rows),
      'row',
    )}, ${formatCount(sum(row => row.storedBytes))} bytes`
    return [
      {
        count: rows.length,
        tone: proven ? 'good' : 'attention',
        label: proven ? 'proven:' : 'written, not proven:',
        detail: () => size,
      } satisfies Outcome,
    ]
  })
}

function tallies(databases: readonly BackupRow[]) {
  const of = (wanted: string) => databases.filter(({ status }) => status === wanted).length
  const proven = databases.filter(row => row.proven).length
  return [
    { count: proven, words: `of ${formatCount(databases.length)} proven` },
    { count: of('ok') - proven, words: 'not proven', tone: 'attention' as const },
    { count: of('not-run'), words: 'not run', tone: 'attention' as const },
    { count: of('failed'), words: 'failed', tone: 'bad' as const },
  ]
}
