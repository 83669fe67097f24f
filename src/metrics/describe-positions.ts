import type { StatusRow } from '../report/status-rows.js'
import { countBy } from './count-by.js'
import type { Sample } from './families.js'

/** Positions beyond these are told as one, so that no ledger makes any number of time series. */
const MOST = 10
/** A ledger may hold names of any length. */
const LONGEST = 256
const NONE = 'none'
const OTHER = 'other'

/** Databases by position: those where most are, and the rest together. */
export function describePositions(
  rows: readonly Pick<StatusRow, 'status' | 'position'>[],
): Sample[] {
  const known = rows.filter(({ status }) => status === 'ok')
  const counts = countBy(known.map(({ position }) => position ?? NONE))
  const shown = [...counts]
    .filter(([position]) => position.length <= LONGEST && position !== OTHER)
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST)
  const rest = shown.reduce((left, [, count]) => left - count, known.length)
  return [...shown, [OTHER, rest] as const]
    .filter(([, count]) => count > 0)
    .map(([position, value]) => ({
      family: 'dbfleet_status_position_databases',
      labels: { position },
      value,
    }))
}
