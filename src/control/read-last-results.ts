import type { Row } from '../database/database.js'
import type { ErrorClass } from '../report/error-class.js'
import type { ErrorReport } from '../report/error-report.js'
import type { LastResult } from '../report/run-course.js'
import type { Control } from './control-database.js'

const ROWS_AT_ONCE = 10_000

/**
 * The newest result of each database that some runs worked on. One that a run had nothing to do in has
 * none of that run.
 *
 * @param runs their numbers, newest first
 */
export async function readLastResults(
  control: Control,
  runs: readonly number[],
): Promise<Map<string, LastResult>> {
  const last = new Map<string, LastResult>()
  for (const run of runs) {
    let after: string | undefined = ''
    while (after !== undefined) {
      const rows: Row[] = await control.read(
        `SELECT database, state, ended_at, error, error_class FROM results
          WHERE run = ? AND database > ? ORDER BY database LIMIT ?`,
        [BigInt(run), after, BigInt(ROWS_AT_ONCE)],
      )
      for (const row of rows) {
        const name = String(row.database)
        if (!last.has(name)) last.set(name, resultOf(run, row))
      }
      after = rows.length < ROWS_AT_ONCE ? undefined : String(rows.at(-1)?.database)
    }
  }
  return last
}

function resultOf(run: number, row: Row): LastResult {
  return {
    run,
    status: STATUSES[String(row.state)] ?? 'not-run',
    endedAt: row.ended_at === null ? null : Number(row.ended_at),
    ...(typeof row.error === 'string' && { error: JSON.parse(row.error) as ErrorReport }),
    ...(typeof row.error_class === 'string' && { errorClass: row.error_class as ErrorClass }),
  }
}

const STATUSES: Readonly<Record<string, LastResult['status']>> = {
  ok: 'ok',
  failed: 'failed',
  skipped: 'skipped',
  vanished: 'skipped',
}
