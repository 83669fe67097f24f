import { randomUUID } from 'node:crypto'
import type { BatchStatement } from '../database/database.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import type { ErrorReport } from '../report/error-report.js'
import type { Control } from './control-database.js'
import { NOW } from './control-migrations.js'
import { inParts } from './in-parts.js'
import type { BlockedRow, Claim, Journal, RecordedRow } from './journal.js'
import { resultValues } from './result-values.js'

/** Whose claims, and of which run. */
interface Holder {
  id: number
  holder: string
  leaseMs: number
}

/** What one process holds of a run in the control database: takes it, keeps it, gives it back. */
export class RecordedClaims
  implements Pick<Journal, 'claim' | 'record' | 'results' | 'blocked' | 'giveUp' | 'renew'>
{
  readonly #control: Control
  readonly #of: Holder
  readonly #run: bigint

  constructor(control: Control, of: Holder) {
    this.#control = control
    this.#of = of
    this.#run = BigInt(of.id)
  }

  async claim(limit: number): Promise<Claim> {
    const claim = randomUUID()
    await this.#control.write([
      RELEASE_EXPIRED,
      { sql: `UPDATE fence SET value = max(value + 1, ${NOW})` },
      { sql: CLAIM, args: [this.#of.holder, claim, this.#run, BigInt(limit)] },
    ])
    const rows = await this.#control.read(
      `SELECT database, plan, wave, fence, attempts
        FROM results INDEXED BY results_claimed WHERE run = ? AND state = 'claimed' AND claim = ?`,
      [this.#run, claim],
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
      [this.#run, this.#of.holder],
    )
    if (state?.alive !== 1n) throw leaseLost(this.#of)
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
        [this.#run, JSON.stringify(part)],
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
      [this.#run],
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
        sql: `UPDATE holders SET expires_at = ${NOW} + ${this.#of.leaseMs} WHERE id = ? AND expires_at > ${NOW}`,
        args: [this.#of.holder],
      },
    ])
    const [row] = await this.#control.read(
      `SELECT state, (SELECT count(*) FROM holders WHERE id = ? AND expires_at > ${NOW}) AS alive
        FROM runs WHERE id = ?`,
      [this.#of.holder, this.#run],
    )
    return { alive: row?.alive === 1n, state: String(row?.state ?? 'gone') }
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
          args: [this.#run, this.#of.holder, JSON.stringify(part.map(resultValues))],
        },
      ])
    }
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

function leaseLost({ id, leaseMs }: Holder): DbfleetError {
  return new DbfleetError(
    'lease-lost',
    `this process was silent for more than ${leaseMs / 1_000} s, and others may go on with run ${id}`,
    { hint: `\`dbfleet resume ${id}\` goes on with it.` },
  )
}
