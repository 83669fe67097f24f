import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { BatchStatement } from '../database/database.js'
import type { LedgerEntry } from '../migrate/ledger.js'
import type { ErrorReport } from '../report/error-report.js'
import type { RunOutcome } from '../report/run-rows.js'
import { version } from '../version.js'
import type { Control } from './control-database.js'
import { COUNTS, NOW } from './control-migrations.js'
import { freeHolders } from './free-holders.js'
import { inParts } from './in-parts.js'
import type { BlockedRow, Claim, Journal, PlanEntry, PlannedRow, RecordedRow } from './journal.js'
import { RecordedClaims } from './recorded-claims.js'
import { RecordedWaves } from './recorded-waves.js'
import { resultValues } from './result-values.js'
import type { WaveLog } from './wave-log.js'

/** What a run is, when it begins. */
export interface NewRun {
  verb: string
  /** What is needed to go on with it; holds no secret. */
  options: Record<string, unknown>
  migrations: readonly LedgerEntry[]
  backup?: string
  undoes?: number
}

export interface JournalOptions {
  /** So long a holder may be silent before others take over what it holds. */
  leaseMs: number
  /** Tells on this machine whether this process still lives. */
  process?: string
  /** Tells that of another one, on this machine, which has ended. */
  isGone?(process: string): boolean
}

/** A run in the control database. */
export class RunJournal implements Journal {
  readonly id: number
  readonly #control: Control
  readonly #process: string | null
  readonly #isGone: (process: string) => boolean
  readonly leaseMs: number
  /** One for each process that works on a run. */
  readonly holder = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`
  readonly waves: WaveLog
  readonly #claims: RecordedClaims

  private constructor(control: Control, id: number, { leaseMs, process, isGone }: JournalOptions) {
    this.#control = control
    this.id = id
    this.leaseMs = leaseMs
    this.#process = process ?? null
    this.#isGone = isGone ?? (() => false)
    this.waves = new RecordedWaves(control, this)
    this.#claims = new RecordedClaims(control, this)
  }

  /** Records that a run begins; nobody takes work from it before `open`. */
  static async begin(control: Control, run: NewRun, options: JournalOptions): Promise<RunJournal> {
    const token = randomUUID()
    await control.write([
      {
        sql: `INSERT OR IGNORE INTO runs
          (token, verb, state, started_at, options, migrations, backup, undoes, host, dbfleet_version)
          VALUES (?, ?, 'planning', ${NOW}, ?, ?, ?, ?, ?, ?)`,
        args: [
          token,
          run.verb,
          JSON.stringify(run.options),
          JSON.stringify(run.migrations.map(({ name, checksum }) => [name, checksum])),
          run.backup ?? null,
          run.undoes === undefined ? null : BigInt(run.undoes),
          hostname(),
          version,
        ],
      },
    ])
    const [row] = await control.read('SELECT id FROM runs WHERE token = ?', [token])
    const journal = new RunJournal(control, Number(row?.id), options)
    await journal.#register()
    return journal
  }

  /** Takes part in a run that was begun, by another process perhaps. */
  static async join(control: Control, id: number, options: JournalOptions): Promise<RunJournal> {
    const journal = new RunJournal(control, id, options)
    await journal.#register()
    return journal
  }

  async plan(
    plans: readonly PlanEntry[],
    rows: readonly PlannedRow[],
    { total, idle, backup }: Parameters<Journal['plan']>[2],
  ): Promise<void> {
    const id = BigInt(this.id)
    await this.#control.write([
      {
        sql: 'UPDATE runs SET total = coalesce(?, total), idle = ?, backup = coalesce(backup, ?) WHERE id = ?',
        args: [
          total === undefined ? null : BigInt(total),
          JSON.stringify(idle),
          backup?.set ?? null,
          id,
        ],
      },
      ...plans.map(
        ({ number, position, ledger, names }): BatchStatement => ({
          sql: 'INSERT OR REPLACE INTO plans (run, number, position, ledger, names, backup) VALUES (?, ?, ?, ?, ?, ?)',
          args: [
            id,
            BigInt(number),
            position,
            JSON.stringify(ledger.map(({ name, checksum }) => [name, checksum])),
            JSON.stringify(names),
            backup?.set ?? null,
          ],
        }),
      ),
    ])
    for (const part of inParts(rows)) {
      await this.#control.write([
        {
          sql: `INSERT OR IGNORE INTO results (run, database, wave, plan, object, state)
            SELECT ?, value ->> 0, value ->> 1, value ->> 2, value ->> 3, 'pending'
            FROM json_each(?)`,
          args: [
            id,
            JSON.stringify(
              part.map(({ database, wave, plan }) => [
                database,
                wave,
                plan,
                backup?.objects.get(database) ?? null,
              ]),
            ),
          ],
        },
      ])
    }
  }

  async settle(rows: readonly RecordedRow[]): Promise<void> {
    for (const part of inParts(rows)) {
      await this.#control.write([
        {
          sql: `INSERT OR IGNORE INTO results
            (run, database, state, ended_at, duration_ms, done, error, error_class,
              position_before, position_after, attempts)
            SELECT ?, value ->> 0, value ->> 1, ${NOW}, value ->> 2, value ->> 3, value ->> 4, value ->> 5,
              value ->> 7, value ->> 8, value ->> 9
            FROM json_each(?)`,
          args: [BigInt(this.id), JSON.stringify(part.map(resultValues))],
        },
      ])
    }
  }

  async open(wave = Number.MAX_SAFE_INTEGER): Promise<void> {
    await this.#control.write([
      {
        sql: `UPDATE runs SET state = 'running', outcome = NULL, reason = NULL, ended_at = NULL,
            counts = NULL, conductor = ?,
            wave = max(wave, ?) WHERE id = ?`,
        args: [this.holder, BigInt(wave), BigInt(this.id)],
      },
    ])
  }

  /** Those that failed before anybody knew what is to be done there, since they could not be read. */
  async unplanned(): Promise<string[]> {
    const rows = await this.#control.read(
      "SELECT database FROM results WHERE run = ? AND state = 'failed' AND plan IS NULL ORDER BY 1",
      [BigInt(this.id)],
    )
    return rows.map(({ database }) => String(database))
  }

  /** Lets those that failed be claimed again; the run forgets those that are not planned. */
  async retryFailed(): Promise<void> {
    await this.#control.write([
      {
        sql: "DELETE FROM results WHERE run = ? AND state = 'failed' AND plan IS NULL",
        args: [BigInt(this.id)],
      },
      {
        sql: `UPDATE results SET state = 'pending', not_before = 0, attempts = 0
          WHERE run = ? AND state = 'failed'`,
        args: [BigInt(this.id)],
      },
    ])
  }

  async stop(reason: ErrorReport): Promise<void> {
    await this.#control.write([
      {
        sql: `UPDATE runs SET state = 'stopping', reason = ? WHERE id = ? AND state = 'running'`,
        args: [JSON.stringify(reason), BigInt(this.id)],
      },
    ])
  }

  claim(limit: number): Promise<Claim> {
    return this.#claims.claim(limit)
  }

  record(rows: readonly RecordedRow[]): Promise<void> {
    return this.#claims.record(rows)
  }

  results(names: readonly string[]): Promise<RecordedRow[]> {
    return this.#claims.results(names)
  }

  blocked(): Promise<BlockedRow[]> {
    return this.#claims.blocked()
  }

  giveUp(rows: readonly RecordedRow[]): Promise<void> {
    return this.#claims.giveUp(rows)
  }

  renew(): Promise<{ alive: boolean; state: string }> {
    return this.#claims.renew()
  }

  freeGone(): Promise<void> {
    return freeHolders(this.#control, this.#isGone)
  }

  async leave(outcome: RunOutcome, reason?: ErrorReport): Promise<void> {
    const id = BigInt(this.id)
    await this.#control.write([
      {
        sql: `UPDATE results INDEXED BY results_claimed SET state = 'pending', holder = NULL, claim = NULL
          WHERE run = ? AND state = 'claimed' AND holder = ?`,
        args: [id, this.holder],
      },
      { sql: 'DELETE FROM holders WHERE id = ?', args: [this.holder] },
      {
        sql: `UPDATE runs SET state = 'ended', outcome = ?2, ended_at = ${NOW},
            reason = coalesce(reason, ?3),
            counts = ${COUNTS}
          WHERE id = ?1 AND state <> 'ended'
            AND NOT EXISTS (SELECT 1 FROM holders WHERE run = ?1 AND expires_at > ${NOW})`,
        args: [id, outcome, reason === undefined ? null : JSON.stringify(reason)],
      },
    ])
  }

  async see(
    positions: readonly (readonly [name: string, position: string | null])[],
  ): Promise<void> {
    for (const part of inParts(positions)) {
      await this.#control.write([
        {
          sql: `INSERT INTO databases (name, position, run)
            SELECT value ->> 0, value ->> 1, ? FROM json_each(?) WHERE true
            ON CONFLICT (name) DO UPDATE SET position = excluded.position, run = excluded.run
            WHERE position IS NOT excluded.position`,
          args: [BigInt(this.id), JSON.stringify(part)],
        },
      ])
    }
  }

  async forget(names: readonly string[]): Promise<void> {
    for (const part of inParts(names)) {
      await this.#control.write([
        {
          sql: 'DELETE FROM databases WHERE name IN (SELECT value FROM json_each(?))',
          args: [JSON.stringify(part)],
        },
      ])
    }
  }

  async #register(): Promise<void> {
    await this.#control.write([
      {
        sql: `INSERT OR IGNORE INTO holders (id, run, host, pid, process, expires_at)
          VALUES (?, ?, ?, ?, ?, ${NOW} + ${this.leaseMs})`,
        args: [this.holder, BigInt(this.id), hostname(), BigInt(process.pid), this.#process],
      },
    ])
  }
}
