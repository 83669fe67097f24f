import type { Row } from '../database/database.js'
import type { LedgerEntry } from '../migrate/ledger.js'
import type { ErrorClass } from '../report/error-class.js'
import type { ErrorReport } from '../report/error-report.js'
import type { RunDatabaseRow, RunOutcome, RunRow } from '../report/run-rows.js'
import type { Control } from './control-database.js'
import { COUNTS, NOW } from './control-migrations.js'
import type { PlanEntry } from './journal.js'
import { tallyOf } from './tally-of.js'
import { timeOf } from './time-of.js'

const RUNS = `SELECT runs.id, verb, state, outcome, reason, started_at, ended_at, total, idle, host,
    backup, undoes, options ->> 'from' AS source, (SELECT json_group_array(DISTINCT backup) FROM plans
      WHERE run = runs.id AND backup <> runs.backup) AS further_backups, coalesce(counts, ${COUNTS}) AS counts,
    (SELECT count(*) FROM holders WHERE run = runs.id AND expires_at > ${NOW}) AS holders
  FROM runs`

/**
 * The newest runs, newest first.
 *
 * @param verbs only runs of these; without it, of all
 */
export async function readRuns(
  control: Control,
  limit: number,
  verbs?: readonly string[],
): Promise<RunRow[]> {
  const rows = await control.read(
    `${RUNS} WHERE ?2 IS NULL OR verb IN (SELECT value FROM json_each(?2)) ORDER BY id DESC LIMIT ?1`,
    [BigInt(limit), verbs === undefined ? null : JSON.stringify(verbs)],
  )
  return rows.map(runOf)
}

/** One run; undefined when there is none of that number. */
export async function readRun(control: Control, id: number): Promise<RunRow | undefined> {
  const [row] = await control.read(`${RUNS} WHERE id = ?`, [BigInt(id)])
  return row === undefined ? undefined : runOf(row)
}

/** What a run needs to be gone on with. */
export interface RunPlan {
  options: Record<string, unknown>
  migrations: LedgerEntry[]
  plans: PlanEntry[]
  /** How many had nothing to do, by position. */
  idle: Record<string, number>
  /** Databases that are waiting or in somebody's hands. */
  left: number
}

/** @param id of a run that there is */
export async function readRunPlan(control: Control, id: number): Promise<RunPlan> {
  const [run] = await control.read(
    `SELECT options, migrations, idle, (SELECT count(*) FROM results
      WHERE run = runs.id AND state IN ('pending', 'claimed')) AS waiting FROM runs WHERE id = ?`,
    [BigInt(id)],
  )
  const plans = await control.read(
    'SELECT number, position, ledger, names FROM plans WHERE run = ? ORDER BY number',
    [BigInt(id)],
  )
  return {
    options: JSON.parse(String(run?.options)) as Record<string, unknown>,
    migrations: entriesOf(run?.migrations),
    idle: JSON.parse(String(run?.idle)) as Record<string, number>,
    plans: plans.map(({ number, position, ledger, names }) => ({
      number: Number(number),
      position: typeof position === 'string' ? position : null,
      ledger: entriesOf(ledger),
      names: JSON.parse(String(names)) as string[],
    })),
    left: Number(run?.waiting),
  }
}

function entriesOf(value: unknown): LedgerEntry[] {
  const pairs = JSON.parse(String(value)) as [name: string, checksum: string][]
  return pairs.map(([name, checksum]) => ({ name, checksum }))
}

const RESULTS_AT_ONCE = 10_000

/** What the journal has of a run's work on one database. */
export interface RunResult extends RunDatabaseRow {
  /** The number of its plan; `null` where none was made, such as when it could not be read. */
  plan: number | null
}

/** What a run did, by names. */
export async function* readResults(
  control: Control,
  id: number,
): AsyncGenerator<readonly RunResult[]> {
  let after = ''
  for (;;) {
    const rows = await control.read(
      `SELECT database, wave, state, attempts, plan, coalesce(position_before, position) AS stood_at,
          names, done, duration_ms, ended_at, error, error_class, backup, object, position_after
        FROM results LEFT JOIN plans ON plans.run = results.run AND plans.number = results.plan
        WHERE results.run = ? AND database > ? ORDER BY database LIMIT ?`,
      [BigInt(id), after, BigInt(RESULTS_AT_ONCE)],
    )
    if (rows.length > 0) yield rows.map(resultOf)
    if (rows.length < RESULTS_AT_ONCE) return
    after = String(rows.at(-1)?.database)
  }
}

function runOf(row: Row): RunRow {
  const { ok, failed, skipped, pending, claimed, idle } = tallyOf(row)
  const further = JSON.parse(String(row.further_backups ?? '[]')) as string[]
  const isLost = row.state !== 'ended' && row.holders === 0n
  const isOver = isLost || row.state === 'ended'
  const total = Number(row.total)
  return {
    id: Number(row.id),
    verb: String(row.verb),
    state: isLost ? 'lost' : stateOf(row),
    startedAt: timeOf(row.started_at) as string,
    endedAt: timeOf(row.ended_at),
    total,
    ok,
    failed,
    skipped,
    inHand: isLost ? 0 : claimed,
    notRun: isOver ? total - ok - failed - skipped : pending,
    idle,
    host: String(row.host),
    ...(typeof row.backup === 'string' && { backup: row.backup }),
    ...(typeof row.source === 'string' && { from: row.source }),
    ...(further.length > 0 && { furtherBackups: further }),
    ...(typeof row.undoes === 'bigint' && { undoes: Number(row.undoes) }),
    ...(typeof row.reason === 'string' && { reason: JSON.parse(row.reason) as ErrorReport }),
  }
}

function stateOf({ state, outcome }: Row): RunRow['state'] {
  if (state === 'ended') return outcome as RunOutcome
  return state === 'stopping' ? 'stopping' : 'running'
}

function resultOf(row: Row): RunResult {
  const names = JSON.parse(String(row.names ?? '[]')) as string[]
  const isOk = row.state === 'ok'
  const done = typeof row.done === 'string' ? (JSON.parse(row.done) as string[]) : isOk ? names : []
  return {
    name: String(row.database),
    status: statusOf(row.state),
    wave: Number(row.wave),
    attempts: Number(row.attempts),
    plan: typeof row.plan === 'bigint' ? Number(row.plan) : null,
    before: typeof row.stood_at === 'string' ? row.stood_at : null,
    ...(typeof row.position_after === 'string' && { after: row.position_after }),
    done,
    durationMs: row.duration_ms === null ? null : Number(row.duration_ms),
    endedAt: timeOf(row.ended_at),
    ...(typeof row.error === 'string' && { error: JSON.parse(row.error) as ErrorReport }),
    ...(typeof row.error_class === 'string' && { errorClass: row.error_class as ErrorClass }),
    ...(typeof row.backup === 'string' &&
      typeof row.object === 'string' && { backup: { set: row.backup, object: row.object } }),
  }
}

function statusOf(state: unknown): RunDatabaseRow['status'] {
  if (state === 'ok' || state === 'failed' || state === 'skipped') return state
  return state === 'vanished' ? 'skipped' : 'not-run'
}
