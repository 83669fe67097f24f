import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { BatchStatement } from '../database/database.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import type { LedgerEntry } from '../migrate/ledger.js'
import type { ErrorClass } from '../report/error-class.js'
import type { ErrorReport } from '../report/error-report.js'
import type { RunOutcome } from '../report/run-rows.js'
import { version } from '../version.js'
import type { Control } from './control-database.js'
import { COUNTS, NOW } from './control-migrations.js'
import { RecordedWaves } from './recorded-waves.js'
import type { WaveLog } from './wave-log.js'

/** Rows that go to the control database in one statement. */
const ROWS_AT_ONCE = 5_000

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
}

/** What is run on databases that stand at one place. */
export interface PlanEntry {
  number: number
  position: string | null
  ledger: readonly LedgerEntry[]
  names: readonly string[]
}

/** A database that the run is about. */
export interface PlannedRow {
  database: string
  wave: number
  plan: number
}

/** A database that this holder alone may change, until its lease ends. */
export interface ClaimedRow {
  database: string
  plan: number
  wave: number
  /** Grows with every claim. */
  fence: bigint
  /** 1 for the first. */
  attempt: number
}

/** What became of a claimed database. */
export interface RecordedRow {
  database: string
  state: 'ok' | 'failed' | 'skipped' | 'vanished' | 'pending'
  durationMs?: number
  /** Left out when it was all of the plan. */
  done?: readonly string[]
  error?: ErrorReport
  errorClass?: ErrorClass
  /** With `pending`: not to be claimed again before so many milliseconds have passed. */
  delayMs?: number
}

export interface Claim {
  rows: ClaimedRow[]
  /**
   * How many are not done, and not claimed by this call: others hold them, or they have to wait. Those of
   * later waves count while another process conducts the run.
   */
  left: number
}

/** A database that another run holds. */
export interface BlockedRow {
  database: string
  run: number
  host: string
  pid: number
}

/** One run, and this process as one of those that work on it. */
export interface Journal {
  /** Its number; absent for a run that is recorded nowhere. */
  readonly id: number | undefined
  /** Names this process in leases. */
  readonly holder: string
  /** So long it may be silent, in milliseconds. */
  readonly leaseMs: number
  /** Where the run is done in waves. */
  readonly waves: WaveLog
  /** Records what is to be done. */
  plan(
    plans: readonly PlanEntry[],
    rows: readonly PlannedRow[],
    of: { total?: number; idle: Readonly<Record<string, number>> },
  ): Promise<void>
  /** Records results of databases that nobody has to claim. */
  settle(rows: readonly RecordedRow[]): Promise<void>
  /** From now on work may be claimed, up to and with this wave; this process opens later ones. */
  open(wave?: number): Promise<void>
  /** Nobody may claim any more; what is held is finished. */
  stop(reason: ErrorReport): Promise<void>
  /**
   * Takes databases that nobody holds, in the order of waves and names.
   *
   * @throws DbfleetError `lease-lost` when this holder was silent for so long that others have taken
   * over what it held
   */
  claim(limit: number): Promise<Claim>
  /** What became of those of these databases that are done, in whose hands ever. */
  results(names: readonly string[]): Promise<RecordedRow[]>
  /** Databases that cannot be claimed since other runs hold them. */
  blocked(): Promise<BlockedRow[]>
  /** Records results of what this holder holds; what it lost meanwhile stays as others left it. */
  record(rows: readonly RecordedRow[]): Promise<void>
  /** Records that databases failed which could not be claimed. */
  giveUp(rows: readonly RecordedRow[]): Promise<void>
  /**
   * Says that this holder lives.
   *
   * @returns false when others have taken over what it held; and whether the run still goes on
   */
  renew(): Promise<{ alive: boolean; state: string }>
  /** Leaves the run; it ends when nobody works on it any more. */
  leave(outcome: RunOutcome, reason?: ErrorReport): Promise<void>
  /** Takes note of where databases of the fleet stand; what has not changed is not written. */
  see(positions: readonly (readonly [name: string, position: string | null])[]): Promise<void>
}

/** A run in the control database. */
export class RunJournal implements Journal {
  readonly id: number
  readonly #control: Control
  readonly #process: string | null
  readonly leaseMs: number
  /** One for each process that works on a run. */
  readonly holder = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`
  readonly waves: WaveLog

  private constructor(control: Control, id: number, { leaseMs, process }: JournalOptions) {
    this.#control = control
    this.id = id
    this.leaseMs = leaseMs
    this.#process = process ?? null
    this.waves = new RecordedWaves(control, this)
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
    { total, idle }: { total?: number; idle: Readonly<Record<string, number>> },
  ): Promise<void> {
    const id = BigInt(this.id)
    await this.#control.write([
      {
        sql: 'UPDATE runs SET total = coalesce(?, total), idle = ? WHERE id = ?',
        args: [total === undefined ? null : BigInt(total), JSON.stringify(idle), id],
      },
      ...plans.map(
        ({ number, position, ledger, names }): BatchStatement => ({
          sql: 'INSERT OR REPLACE INTO plans (run, number, position, ledger, names) VALUES (?, ?, ?, ?, ?)',
          args: [
            id,
            BigInt(number),
            position,
            JSON.stringify(ledger.map(({ name, checksum }) => [name, checksum])),
            JSON.stringify(names),
          ],
        }),
      ),
    ])
    for (const part of inParts(rows)) {
      await this.#control.write([
        {
          sql: `INSERT OR IGNORE INTO results (run, database, wave, plan, state)
            SELECT ?, value ->> 0, value ->> 1, value ->> 2, 'pending' FROM json_each(?)`,
          args: [id, JSON.stringify(part.map(row => [row.database, row.wave, row.plan]))],
        },
      ])
    }
  }

  async settle(rows: readonly RecordedRow[]): Promise<void> {
    for (const part of inParts(rows)) {
      await this.#control.write([
        {
          sql: `INSERT OR IGNORE INTO results
            (run, database, state, ended_at, duration_ms, done, error, error_class)
            SELECT ?, value ->> 0, value ->> 1, ${NOW}, value ->> 2, value ->> 3, value ->> 4, value ->> 5
            FROM json_each(?)`,
          args: [BigInt(this.id), JSON.stringify(part.map(asList))],
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

  /**
   * Lets those that failed be claimed again.
   *
   * @returns those of which nobody knows what is to be done, since they could not be read; the run
   * forgets them
   */
  async retryFailed(): Promise<string[]> {
    const rows = await this.#control.read(
      "SELECT database FROM results WHERE run = ? AND state = 'failed' AND plan IS NULL ORDER BY 1",
      [BigInt(this.id)],
    )
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
    return rows.map(({ database }) => String(database))
  }

  async stop(reason: ErrorReport): Promise<void> {
    await this.#control.write([
      {
        sql: `UPDATE runs SET state = 'stopping', reason = ? WHERE id = ? AND state = 'running'`,
        args: [JSON.stringify(reason), BigInt(this.id)],
      },
    ])
  }

  async claim(limit: number): Promise<Claim> {
    const claim = randomUUID()
    const id = BigInt(this.id)
    await this.#control.write([
      RELEASE_EXPIRED,
      { sql: `UPDATE fence SET value = max(value + 1, ${NOW})` },
      { sql: CLAIM, args: [this.holder, claim, id, BigInt(limit)] },
    ])
    const rows = await this.#control.read(
      `SELECT database, plan, wave, fence, attempts
        FROM results INDEXED BY results_claimed WHERE run = ? AND state = 'claimed' AND claim = ?`,
      [id, claim],
    )
    if (rows.length > 0) {
      return {
        rows: rows.map(row => ({
          database: String(row.database),
          plan: Number(row.plan),
          wave: Number(row.wave),
          fence: BigInt(row.fence as bigint),
          attempt: Number(row.attempts),
        })),
        left: 0,
      }
    }
    const [state] = await this.#control.read(
      `SELECT (SELECT count(*) FROM (SELECT 1 FROM results INDEXED BY results_pending
          WHERE run = ?1 AND state = 'pending'
          AND (wave <= (SELECT wave FROM runs WHERE id = ?1) OR EXISTS (
            SELECT 1 FROM runs JOIN holders ON holders.id = runs.conductor
            WHERE runs.id = ?1 AND conductor <> ?2 AND expires_at > ${NOW}))
          AND (SELECT state FROM runs WHERE id = ?1) = 'running' LIMIT 1000))
        + (SELECT count(*) FROM results INDEXED BY results_claimed
          WHERE run = ?1 AND state = 'claimed' AND holder <> ?2) AS waiting,
        (SELECT count(*) FROM holders WHERE id = ?2 AND expires_at > ${NOW}) AS alive`,
      [id, this.holder],
    )
    if (state?.alive !== 1n) throw leaseLost(this)
    return { rows: [], left: Number(state.waiting) }
  }

  async record(rows: readonly RecordedRow[]): Promise<void> {
    await this.#update(rows, "results.state = 'claimed' AND results.holder = ?2")
  }

  async results(names: readonly string[]): Promise<RecordedRow[]> {
    const rows: RecordedRow[] = []
    for (const part of inParts(names)) {
      const found = await this.#control.read(
        `SELECT database, state, done, error FROM json_each(?2) CROSS JOIN results
            ON results.run = ?1 AND results.database = value
          WHERE state NOT IN ('pending', 'claimed')`,
        [BigInt(this.id), JSON.stringify(part)],
      )
      for (const { database, state, done, error } of found) {
        rows.push({
          database: String(database),
          state: state as RecordedRow['state'],
          ...(typeof done === 'string' && { done: JSON.parse(done) as string[] }),
          ...(typeof error === 'string' && { error: JSON.parse(error) as ErrorReport }),
        })
      }
    }
    return rows
  }

  async blocked(): Promise<BlockedRow[]> {
    const rows = await this.#control.read(
      `SELECT mine.database, others.run, host, pid
        FROM results AS others INDEXED BY results_claimed
        CROSS JOIN results AS mine ON mine.run = ?1 AND mine.database = others.database
        JOIN holders ON holders.id = others.holder AND expires_at > ${NOW}
        WHERE others.state = 'claimed' AND others.run <> ?1 AND mine.state = 'pending'
          AND mine.wave <= (SELECT wave FROM runs WHERE id = ?1)`,
      [BigInt(this.id)],
    )
    return rows.map(({ database, run, host, pid }) => ({
      database: String(database),
      run: Number(run),
      host: String(host),
      pid: Number(pid),
    }))
  }

  async giveUp(rows: readonly RecordedRow[]): Promise<void> {
    await this.#update(rows, "results.state = 'pending' AND ?2 <> ''")
  }

  async renew(): Promise<{ alive: boolean; state: string }> {
    await this.#control.write([
      {
        sql: `UPDATE holders SET expires_at = ${NOW} + ${this.leaseMs} WHERE id = ? AND expires_at > ${NOW}`,
        args: [this.holder],
      },
    ])
    const [row] = await this.#control.read(
      `SELECT state, (SELECT count(*) FROM holders WHERE id = ? AND expires_at > ${NOW}) AS alive
        FROM runs WHERE id = ?`,
      [this.holder, BigInt(this.id)],
    )
    return { alive: row?.alive === 1n, state: String(row?.state ?? 'gone') }
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

  /** @param where which rows of the run may be changed by this holder, `?2` */
  async #update(rows: readonly RecordedRow[], where: string): Promise<void> {
    for (const part of inParts(rows)) {
      await this.#control.write([
        {
          // Joined so that each row is looked up by its key.
          sql: `INSERT INTO results
              (run, database, state, ended_at, duration_ms, done, error, error_class, not_before)
            SELECT ?1, results.database, value ->> 1, ${NOW}, value ->> 2, value ->> 3, value ->> 4,
              value ->> 5, ${NOW} + (value ->> 6)
            FROM json_each(?3) CROSS JOIN results
              ON results.run = ?1 AND results.database = value ->> 0
            WHERE ${where}
            ON CONFLICT (run, database) DO UPDATE SET state = excluded.state,
              ended_at = excluded.ended_at, duration_ms = excluded.duration_ms, done = excluded.done,
              error = excluded.error, error_class = excluded.error_class,
              not_before = excluded.not_before, holder = NULL, claim = NULL`,
          args: [BigInt(this.id), this.holder, JSON.stringify(part.map(asList))],
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

const RELEASE_EXPIRED: BatchStatement = {
  sql: `UPDATE results SET state = 'pending', holder = NULL, claim = NULL
    WHERE state = 'claimed' AND holder NOT IN (SELECT id FROM holders WHERE expires_at > ${NOW})`,
}

const CLAIM = `UPDATE OR IGNORE results
  SET state = 'claimed', holder = ?1, claim = ?2, attempts = attempts + 1,
    fence = (SELECT value FROM fence)
  WHERE run = ?3 AND state = 'pending' AND database IN (
      SELECT database FROM results
      WHERE run = ?3 AND state = 'pending' AND wave <= (SELECT wave FROM runs WHERE id = ?3)
        AND not_before <= ${NOW}
        AND database NOT IN (SELECT database FROM results WHERE state = 'claimed')
      ORDER BY wave, database LIMIT ?4)
    AND (SELECT state FROM runs WHERE id = ?3) = 'running'
    AND EXISTS (SELECT 1 FROM holders WHERE id = ?1 AND expires_at > ${NOW})
    AND NOT EXISTS (SELECT 1 FROM results WHERE state = 'claimed' AND claim = ?2)`

function asList(row: RecordedRow): unknown[] {
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

function* inParts<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    yield rows.slice(start, start + ROWS_AT_ONCE)
  }
}

function leaseLost({ id, leaseMs }: RunJournal): DbfleetError {
  return new DbfleetError(
    'lease-lost',
    `this process was silent for more than ${leaseMs / 1_000} s, and others may go on with run ${id}`,
    { hint: `\`dbfleet resume ${id}\` goes on with it.` },
  )
}
