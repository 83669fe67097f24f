import type { RunCourse } from '../report/run-course.js'
import type { Control } from './control-database.js'

/** A line needs no more points than a screen has. */
const MOST_MOMENTS = 200

/** How a run went over time, in few numbers however many databases it had. */
export async function readCourse(control: Control, run: number): Promise<RunCourse> {
  const waves = await control.read(
    'SELECT number, name, started_at, ended_at, health FROM waves WHERE run = ? ORDER BY number',
    [BigInt(run)],
  )
  const rows = await control.read(
    `WITH done AS (SELECT ended_at, state FROM results
        WHERE run = ?1 AND ended_at IS NOT NULL
          AND state IN ('ok', 'failed', 'skipped', 'vanished')),
      span AS (SELECT min(ended_at) AS first, max(ended_at) AS last FROM done)
    SELECT max(ended_at) AS at, sum(state = 'ok') AS ok, sum(state = 'failed') AS failed,
        sum(state IN ('skipped', 'vanished')) AS skipped
      FROM done, span GROUP BY (ended_at - first) * ?2 / (last - first + 1) ORDER BY at`,
    [BigInt(run), BigInt(MOST_MOMENTS)],
  )
  return {
    waves: waves.map(({ number, name, started_at, ended_at, health }) => ({
      number: Number(number),
      name: String(name),
      startedAt: started_at === null ? null : Number(started_at),
      endedAt: ended_at === null ? null : Number(ended_at),
      health: health === null ? null : String(health),
    })),
    moments: rows.map(({ at, ok, failed, skipped }) => ({
      at: Number(at),
      ok: Number(ok),
      failed: Number(failed),
      skipped: Number(skipped),
    })),
  }
}
