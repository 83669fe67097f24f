import type { Member } from '../../fleet/member.js'
import type { Discovery, FindingList } from './finding-list.js'
import type { Measured } from './measure.js'

/** From so many rows on in one database, its writers wait for seconds. */
const MANY_ROWS = 1_000_000

/**
 * Adds what rewrites tables to the findings, with the number of rows that the fleet has in them where
 * the migration is pending.
 *
 * @param measured the members that migrations are pending on
 */
export function reportRewrites(
  rewrites: readonly Discovery[],
  measured: readonly Measured[],
  findings: FindingList,
): void {
  for (const discovery of rewrites) {
    const { migration, rewrites: table, message } = discovery
    const sizes = measured.flatMap(({ member, pending, measures }) => {
      if (migration === undefined || !pending.includes(migration)) return []
      const found = measures?.rows.find(entry => entry.table === table)
      return found === undefined || found.rows === 0 ? [] : [{ member, rows: found.rows }]
    })
    const [largest] = sizes.toSorted((a, b) => b.rows - a.rows)
    if (largest === undefined) {
      findings.add(discovery)
      continue
    }
    findings.add({
      ...discovery,
      message: `${message}: ${sizeText(sizes, largest)}`,
      severity: largest.rows >= MANY_ROWS ? 'warning' : discovery.severity,
    })
  }
}

function sizeText(
  sizes: readonly { rows: number }[],
  largest: { member: Member; rows: number },
): string {
  const { name } = largest.member
  if (sizes.length === 1) return `about ${count(largest.rows)} rows (${name})`
  const total = sizes.reduce((sum, { rows }) => sum + rows, 0)
  return `about ${count(total)} rows in ${count(sizes.length)} databases, up to ${count(largest.rows)} in one (${name})`
}

function count(rows: number): string {
  return Math.round(rows).toLocaleString('en')
}
