import type { Claim, ClaimedRow, Journal, PlannedRow, RecordedRow } from './journal.js'
import { LoneWaves } from './lone-waves.js'

/** A run that is recorded nowhere, and that nobody can join. */
export class LoneRun implements Journal {
  readonly id = undefined
  readonly holder = ''
  readonly leaseMs = 30_000
  readonly waves = new LoneWaves(async number => {
    if (this.#wave >= 0) await this.open(number)
    return this.#wave >= 0
  })
  #waiting: (ClaimedRow & { notBefore: number })[] = []
  readonly #held = new Map<string, ClaimedRow>()
  #wave = 0

  async plan(
    _plans: unknown,
    rows: readonly PlannedRow[],
    of: { total: number; idle: Readonly<Record<string, number>> },
  ): Promise<void> {
    this.waves.expect(rows, of)
    for (const row of rows) this.#waiting.push({ ...row, fence: 0n, attempt: 1, notBefore: 0 })
  }

  async settle(rows: readonly RecordedRow[]): Promise<void> {
    this.waves.note(rows)
  }

  async open(wave = Number.MAX_SAFE_INTEGER): Promise<void> {
    this.#wave = Math.max(this.#wave, wave)
  }

  async stop(): Promise<void> {
    this.#wave = -1
  }

  async claim(limit: number): Promise<Claim> {
    const now = performance.now()
    const open = this.#waiting.filter(({ wave }) => wave <= this.#wave)
    const rows = open.filter(({ notBefore }) => notBefore <= now).slice(0, limit)
    const taken = new Set(rows)
    this.#waiting = this.#waiting.filter(row => !taken.has(row))
    for (const row of rows) this.#held.set(row.database, row)
    return { rows, left: rows.length > 0 ? 0 : open.length }
  }

  async results(): Promise<[]> {
    return []
  }

  async blocked(): Promise<[]> {
    return []
  }

  async giveUp(): Promise<void> {}

  async record(rows: readonly RecordedRow[]): Promise<void> {
    this.waves.note(rows)
    for (const { database, state, delayMs = 0 } of rows) {
      const row = this.#held.get(database)
      this.#held.delete(database)
      if (state !== 'pending' || row === undefined) continue
      const notBefore = performance.now() + delayMs
      this.#waiting.push({ ...row, attempt: row.attempt + 1, notBefore })
    }
  }

  async renew(): Promise<{ alive: boolean; state: string }> {
    return { alive: true, state: 'running' }
  }

  async freeGone(): Promise<void> {}

  async leave(): Promise<void> {}

  async see(): Promise<void> {}

  async forget(): Promise<void> {}
}
