import type { Row } from '../database/database.js'
import type { LedgerEntry } from '../migrate/ledger.js'
import type { Control } from './control-database.js'
import { NOW } from './control-migrations.js'

/** Which way a run moved databases; `restore` put what a backup set holds in their place. */
export type RunDirection = 'up' | 'down' | 'redo' | 'restore'

/** What taking a run back needs to know of it besides its row. */
export interface RunIntent {
  direction: RunDirection | undefined
  /** What it ran, as the files were then. */
  migrations: LedgerEntry[]
  /** A run that is taking it back at this moment. */
  undoneBy: number | undefined
}

/** What a run did to one database, as far as it was recorded. */
export interface RunChange {
  database: string
  /** Names in the ledger before it. */
  before: readonly string[]
  /** What was to run there, in order. */
  planned: readonly string[]
  /** What was committed, in order. */
  done: readonly string[]
  /** True when more of the plan may have been committed than was recorded. */
  isUncertain: boolean
  /** True when it was left where the plan wanted it. */
  isComplete: boolean
  /** Where the backup set is that was made of it first, where there is one. */
  backup: string | undefined
  /** When its result was recorded, in milliseconds of the control database's clock. */
  endedAt: number | null
}

/** What a later run did to a database. */
export interface LaterChange {
  run: number
  direction: RunDirection | undefined
  names: readonly string[]
  /** The run that it was to take back. */
  undoes?: number
  /** False when it may not have been done. */
  isCertain: boolean
}

const ROWS_AT_ONCE = 5_000

/**
 * What a run was meant to do.
 *
 * @param by a run that takes it back, and does not count
 */
export async function readIntent(control: Control, id: number, by?: number): Promise<RunIntent> {
  const [row] = await control.read(
    `SELECT options ->> 'direction' AS direction, migrations,
      (SELECT max(others.id) FROM runs AS others JOIN holders ON holders.run = others.id
        WHERE others.undoes = runs.id AND others.state <> 'ended' AND expires_at > ${NOW}
          AND others.id <> ?2) AS undone_by
      FROM runs WHERE id = ?1`,
    [BigInt(id), BigInt(by ?? 0)],
  )
  const migrations = JSON.parse(String(row?.migrations ?? '[]')) as [string, string][]
  return {
    direction: directionOf(row),
    migrations: migrations.map(([name, checksum]) => ({ name, checksum })),
    undoneBy: typeof row?.undone_by === 'bigint' ? Number(row.undone_by) : undefined,
  }
}

/** The databases that a run changed, or may have changed, by names. */
export async function readChanges(control: Control, id: number): Promise<RunChange[]> {
  const plans = await readPlans(control, id)
  const changes: RunChange[] = []
  for (let after = ''; ; ) {
    const rows = await control.read(
      `SELECT database, plan, state, attempts, done, error_class, ended_at FROM results
        WHERE run = ? AND database > ? ORDER BY database LIMIT ?`,
      [BigInt(id), after, BigInt(ROWS_AT_ONCE)],
    )
    for (const row of rows) {
      const { before = [], planned = [], backup } = plans.get(Number(row.plan)) ?? {}
      const { done, isUncertain } = doneIn(row, planned)
      if (done.length === 0 && !isUncertain) continue
      changes.push({
        database: String(row.database),
        before,
        planned,
        done,
        isUncertain,
        isComplete: row.state === 'ok',
        backup,
        endedAt: typeof row.ended_at === 'bigint' ? Number(row.ended_at) : null,
      })
    }
    if (rows.length < ROWS_AT_ONCE) return changes
    after = String(rows.at(-1)?.database)
  }
}

/** What runs that began after this one did to databases, oldest first. */
export async function readLaterChanges(
  control: Control,
  id: number,
  databases: readonly string[],
): Promise<Map<string, LaterChange[]>> {
  const later = new Map<string, LaterChange[]>()
  for (let start = 0; start < databases.length; start += ROWS_AT_ONCE) {
    const part = databases.slice(start, start + ROWS_AT_ONCE)
    const rows = await control.read(
      `SELECT results.database, results.run, runs.options ->> 'direction' AS direction,
          names, results.state, attempts, done, error_class, undoes
        FROM runs CROSS JOIN json_each(?2) AS named
        CROSS JOIN results ON results.run = runs.id AND results.database = named.value
        JOIN plans ON plans.run = results.run AND plans.number = results.plan
        WHERE runs.id > ?1 ORDER BY runs.id`,
      [BigInt(id), JSON.stringify(part)],
    )
    for (const row of rows) {
      const planned = namesIn(row.names)
      const { done, isUncertain } = doneIn(row, planned)
      const names = isUncertain ? planned : done
      if (names.length === 0) continue
      const database = String(row.database)
      const known = later.get(database) ?? []
      known.push({
        run: Number(row.run),
        direction: directionOf(row),
        names,
        ...(typeof row.undoes === 'bigint' && { undoes: Number(row.undoes) }),
        isCertain: !isUncertain,
      })
      later.set(database, known)
    }
  }
  return later
}

async function readPlans(
  control: Control,
  id: number,
): Promise<Map<number, Pick<RunChange, 'before' | 'planned' | 'backup'>>> {
  // Runs of before there were several sets have but one.
  const rows = await control.read(
    `SELECT number, ledger, names, coalesce(plans.backup, runs.backup) AS backup
      FROM plans JOIN runs ON runs.id = plans.run WHERE run = ?`,
    [BigInt(id)],
  )
  return new Map(
    rows.map(({ number, ledger, names, backup }) => {
      const before = (JSON.parse(String(ledger)) as [string, string][]).map(([name]) => name)
      const set = typeof backup === 'string' ? backup : undefined
      return [Number(number), { before, planned: namesIn(names), backup: set }]
    }),
  )
}

/** Whoever was ended between a commit and its record, or got no answer, may have done more. */
function doneIn(
  { state, attempts, done, error_class }: Row,
  planned: readonly string[],
): Pick<RunChange, 'done' | 'isUncertain'> {
  const recorded = typeof done === 'string' ? namesIn(done) : state === 'ok' ? planned : []
  const wasTried = attempts !== 0n
  const isOpen = state === 'claimed' || state === 'pending'
  const isUnknown = state === 'failed' && (error_class === 'unreachable' || error_class === 'bug')
  return { done: recorded, isUncertain: wasTried && (isOpen || isUnknown) }
}

function namesIn(json: unknown): string[] {
  return JSON.parse(String(json ?? '[]')) as string[]
}

function directionOf(row: Row | undefined): RunDirection | undefined {
  const { direction } = row ?? {}
  return typeof direction === 'string' ? (direction as RunDirection) : undefined
}
