import type { Summary } from '../report/fleet-report.js'
import type { Health, WaveRow } from '../report/wave-rows.js'
import type { PlannedRow, RecordedRow } from './journal.js'
import type { Failure, PlannedWave, WaveLog } from './wave-log.js'

type Counted = 'ok' | 'failed' | 'skipped' | 'notRun'

/** The waves of a run that is recorded nowhere. */
export class LoneWaves implements WaveLog {
  readonly #waves = new Map<number, WaveRow>()
  readonly #waveOf = new Map<string, number>()
  readonly #failures: Failure[] = []
  readonly #begin: (number: number) => Promise<boolean>
  readonly #sums = { ok: 0, failed: 0, skipped: 0 }
  #total = 0
  #idle = 0

  /** @param begin opens a wave; says whether the run goes on */
  constructor(begin: (number: number) => Promise<boolean>) {
    this.#begin = begin
  }

  /** Takes note of what is to be done, in waves that are planned. */
  expect(
    rows: readonly PlannedRow[],
    { total, idle }: { total: number; idle: Readonly<Record<string, number>> },
  ): void {
    this.#total = total
    for (const count of Object.values(idle)) this.#idle += count
    for (const { database, wave: number } of rows) {
      this.#waveOf.set(database, number)
      const wave = this.#waves.get(number)
      if (wave === undefined) continue
      wave.total += 1
      wave.notRun += 1
    }
  }

  /** Takes note of what became of databases. */
  note(rows: readonly RecordedRow[]): void {
    for (const { database, state, error } of rows) {
      if (state === 'pending') continue
      const counted: Exclude<Counted, 'notRun'> = state === 'vanished' ? 'skipped' : state
      this.#sums[counted] += 1
      if (state === 'failed' && error !== undefined) this.#failures.push({ name: database, error })
      const wave = this.#waves.get(this.#waveOf.get(database) ?? Number.NaN)
      if (wave === undefined) continue
      wave[counted] += 1
      wave.notRun -= 1
    }
  }

  async plan(waves: readonly PlannedWave[]): Promise<void> {
    for (const wave of waves) {
      const none = { total: 0, ok: 0, failed: 0, skipped: 0, notRun: 0 }
      this.#waves.set(wave.number, { ...wave, ...none, startedAt: null, endedAt: null })
    }
  }

  async begin(number: number): Promise<boolean> {
    this.#change(number, { startedAt: new Date().toISOString() })
    return this.#begin(number)
  }

  async end(number: number): Promise<void> {
    this.#change(number, { endedAt: new Date().toISOString() })
  }

  async judge(number: number, health: Health): Promise<void> {
    this.#change(number, { health })
  }

  async rows(): Promise<WaveRow[]> {
    return [...this.#waves.values()].map(row => ({ ...row }))
  }

  async summary(): Promise<Summary> {
    const { ok, failed, skipped } = this.#sums
    const total = this.#total
    const done = ok + this.#idle
    return { total, ok: done, failed, skipped, notRun: total - done - failed - skipped }
  }

  async failures(limit: number): Promise<Failure[]> {
    return this.#failures.toSorted((a, b) => (a.name < b.name ? -1 : 1)).slice(0, limit)
  }

  #change(number: number, change: Partial<WaveRow>): void {
    const wave = this.#waves.get(number)
    if (wave !== undefined) Object.assign(wave, change)
  }
}
