import type { Row } from '../database/database.js'
import type { Health, WaveRow } from '../report/wave-rows.js'
import type { Control } from './control-database.js'
import { timeOf } from './time-of.js'

/** The waves of a run, in their order; none of a run without. */
export async function readWaves(control: Control, run: number): Promise<WaveRow[]> {
  const id = BigInt(run)
  const waves = await control.read(
    'SELECT number, name, started_at, ended_at, health FROM waves WHERE run = ? ORDER BY number',
    [id],
  )
  if (waves.length === 0) return []
  // Rows without a plan were settled before there were waves.
  const tallies = await control.read(
    `SELECT wave, state, count(*) AS n FROM results
      WHERE run = ? AND plan IS NOT NULL GROUP BY wave, state`,
    [id],
  )
  const counts = new Map<string, number>()
  for (const { wave, state, n } of tallies) counts.set(`${wave} ${state}`, Number(n))
  return waves.map(row => waveOf(row, state => counts.get(`${row.number} ${state}`) ?? 0))
}

function waveOf(
  { number, name, started_at, ended_at, health }: Row,
  of: (state: string) => number,
): WaveRow {
  const ok = of('ok')
  const failed = of('failed')
  const skipped = of('skipped') + of('vanished')
  const notRun = of('pending') + of('claimed')
  return {
    number: Number(number),
    name: String(name),
    total: ok + failed + skipped + notRun,
    ok,
    failed,
    skipped,
    notRun,
    startedAt: timeOf(started_at),
    endedAt: timeOf(ended_at),
    ...(typeof health === 'string' && { health: JSON.parse(health) as Health }),
  }
}
