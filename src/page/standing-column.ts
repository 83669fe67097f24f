import { positionName } from '../output/migration-names.js'
import { standingOf } from '../output/standing.js'
import { errorClassOf } from '../report/error-class.js'
import type { StatusRow } from '../report/status-rows.js'
import { ColumnBuilder } from './column.js'
import { FailureGroups } from './failure-groups.js'
import type { PackedValue } from './packed-page.js'

/** So many migrations are named beside the position already. */
const MOST_IN_WORDS = 3

/** Where databases stand, in the words of `status`. */
export function standingColumn(databases: readonly StatusRow[]): ColumnBuilder {
  const column = new ColumnBuilder('Position')
  const failures = new FailureGroups(column)
  const known = new Map<string, PackedValue>()
  for (const row of databases) {
    const { name, error } = row
    if (error !== undefined) {
      column.add(name, failures.value({ name, error, errorClass: errorClassOf(error.code) }))
      continue
    }
    const { status, position, pending, edited, missing, notAdopted } = row
    const key = JSON.stringify([status, position, pending, edited, missing, notAdopted])
    const value = known.get(key) ?? cellOf(row, column)
    known.set(key, value)
    column.add(name, value)
  }
  return column
}

function cellOf(row: StatusRow, column: ColumnBuilder): PackedValue {
  if (row.status !== 'ok') {
    const text = row.status === 'not-run' ? 'not run' : row.status
    return { text, tone: 'attention', group: column.group(text, 'attention') }
  }
  const { tone, words } = standingOf(row)
  const text = `at ${positionName(row.position)}, ${words(Infinity)}`
  const lines = (['edited', 'missing', 'pending'] as const)
    .filter(kind => row[kind].length > MOST_IN_WORDS)
    .map(kind => `${kind}: ${row[kind].join(', ')}`)
  return { text, tone, group: column.group(text, tone, lines), lines }
}
