import type { RecordedRow } from './journal.js'

/** A result as SQL takes it: database, state, duration, what was done, error, its class, delay. */
export function resultValues(row: RecordedRow): unknown[] {
  return [
    row.database,
    row.state,
    row.durationMs === undefined ? null : Math.round(row.durationMs),
    row.done === undefined ? null : JSON.stringify(row.done),
    row.error === undefined ? null : JSON.stringify(row.error),
    row.errorClass ?? null,
    row.delayMs ?? 0,
  ]
}
