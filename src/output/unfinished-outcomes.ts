import { causeOf } from '../report/cause.js'
import type { DatabaseResult } from '../report/fleet-report.js'
import { printable } from './escape.js'
import { groupRows } from './grouping.js'
import type { Outcome } from './outcomes.js'
import { truncate } from './truncate.js'

/** A message that quotes a whole statement is cut here, in columns; `--json` has all of it. */
const LONGEST_MESSAGE = 1_000

/**
 * Outcomes of the databases that are not `ok`: those skipped, those not run, and those that failed
 * by their cause, which come last, where the eye ends.
 *
 * @param before what had been done in a database before it failed, such as `after applying a`
 */
export function unfinishedOutcomes<Row extends DatabaseResult>(
  rows: readonly Row[],
  before: (row: Row) => string = () => '',
): Outcome[] {
  const failed = rows.filter(row => row.status === 'failed')
  return [
    ...without('skipped', rows),
    ...without('not-run', rows),
    ...groupRows(failed, row => `${causeOf(row)}\0${before(row)}`).map(({ rows }) => ({
      ...failure(rows[0], before(rows[0])),
      count: rows.length,
      names: rows.map(row => row.name),
    })),
  ]
}

function without(status: 'skipped' | 'not-run', rows: readonly DatabaseResult[]): Outcome[] {
  const names = rows.filter(row => row.status === status).map(({ name }) => name)
  if (names.length === 0) return []
  const label = status === 'skipped' ? 'skipped' : 'not run'
  return [{ count: names.length, tone: 'attention', label, detail: () => '', names }]
}

function failure(row: DatabaseResult, before: string): Omit<Outcome, 'count' | 'names'> {
  const message = truncate(printable(ownMessage(row)), LONGEST_MESSAGE)
  return {
    tone: 'bad',
    label: before === '' ? 'failed:' : 'failed',
    detail: () => (before === '' ? message : `${before}: ${message}`),
    hint: row.error?.hint,
  }
}

/** The message without the database's name in front, which the report says anyway. */
function ownMessage({ name, error }: DatabaseResult): string {
  const message = error?.message ?? 'for a reason that was not recorded'
  return message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message
}
