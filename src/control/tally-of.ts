import type { Row } from '../database/database.js'

/** How many databases of a run have come to what. */
export interface Tally {
  ok: number
  failed: number
  skipped: number
  pending: number
  claimed: number
  /** Had nothing to do; they are among `ok`. */
  idle: number
}

/** What the columns `counts` and `idle` of a run say. */
export function tallyOf({ counts, idle }: Row): Tally {
  const states = JSON.parse(String(counts ?? '{}')) as Record<string, number>
  const of = (state: string) => states[state] ?? 0
  const positions = Object.values(JSON.parse(String(idle)) as Record<string, number>)
  const idleCount = positions.reduce((sum, count) => sum + count, 0)
  return {
    ok: of('ok') + idleCount,
    failed: of('failed'),
    skipped: of('skipped') + of('vanished'),
    pending: of('pending'),
    claimed: of('claimed'),
    idle: idleCount,
  }
}
