import type { ErrorReport } from '../report/error-report.js'
import { type Summary, summarize } from '../report/fleet-report.js'
import type { Health, WaveRow } from '../report/wave-rows.js'
import type { Control } from './control-database.js'
import { COUNTS, NOW } from './control-migrations.js'
import { readWaves } from './read-waves.js'
import { tallyOf } from './tally-of.js'
import type { Failure, PlannedWave, WaveLog } from './wave-log.js'

/** The waves of a run in the control database. */
export class RecordedWaves implements WaveLog {
  readonly #control: Control
  readonly #run: bigint
  readonly #holder: string

  constructor(control: Control, { id, holder }: { id: number; holder: string }) {
    this.#control = control
    this.#run = BigInt(id)
    this.#holder = holder
  }

  async plan(waves: readonly PlannedWave[]): Promise<void> {
    await this.#control.write([
      {
        sql: `INSERT OR IGNORE INTO waves (run, number, name)
          SELECT ?, value ->> 0, value ->> 1 FROM json_each(?)`,
        args: [this.#run, JSON.stringify(waves.map(({ number, name }) => [number, name]))],
      },
    ])
  }

  async begin(number: number): Promise<boolean> {
    const wave = BigInt(number)
    await this.#control.write([
      {
        sql: `UPDATE runs SET wave = ?2
          WHERE id = ?1 AND state = 'running' AND conductor = ?3 AND wave < ?2
            AND NOT EXISTS (SELECT 1 FROM results INDEXED BY results_pending
              WHERE run = ?1 AND state = 'pending' AND wave < ?2)
            AND NOT EXISTS (SELECT 1 FROM results INDEXED BY results_claimed
              WHERE run = ?1 AND state = 'claimed' AND wave < ?2)`,
        args: [this.#run, wave, this.#holder],
      },
      {
        sql: `UPDATE waves SET started_at = coalesce(started_at, ${NOW})
          WHERE run = ?1 AND number = ?2 AND (SELECT wave FROM runs WHERE id = ?1) >= ?2`,
        args: [this.#run, wave],
      },
    ])
    const [row] = await this.#control.read(
      `SELECT 1 FROM runs WHERE id = ? AND state = 'running' AND conductor = ? AND wave >= ?`,
      [this.#run, this.#holder, wave],
    )
    return row !== undefined
  }

  async end(number: number): Promise<void> {
    await this.#control.write([
      {
        sql: `UPDATE waves SET ended_at = coalesce(ended_at, ${NOW}) WHERE run = ? AND number = ?`,
        args: [this.#run, BigInt(number)],
      },
    ])
  }

  async judge(number: number, health: Health): Promise<void> {
    await this.#control.write([
      {
        sql: 'UPDATE waves SET health = ? WHERE run = ? AND number = ?',
        args: [JSON.stringify(health), this.#run, BigInt(number)],
      },
    ])
  }

  rows(): Promise<WaveRow[]> {
    return readWaves(this.#control, Number(this.#run))
  }

  async summary(): Promise<Summary> {
    const [row] = await this.#control.read(
      `SELECT total, idle, ${COUNTS} AS counts FROM runs WHERE id = ?`,
      [this.#run],
    )
    if (row === undefined) return summarize([])
    const { ok, failed, skipped } = tallyOf(row)
    const total = Number(row.total)
    return { total, ok, failed, skipped, notRun: total - ok - failed - skipped }
  }

  async failures(limit: number): Promise<Failure[]> {
    const rows = await this.#control.read(
      `SELECT database, error FROM results WHERE run = ? AND state = 'failed'
        ORDER BY database LIMIT ?`,
      [this.#run, BigInt(limit)],
    )
    return rows.map(({ database, error }) => ({
      name: String(database),
      error: JSON.parse(String(error)) as ErrorReport,
    }))
  }
}
