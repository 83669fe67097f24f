import { setTimeout as sleep } from 'node:timers/promises'
import type { BatchStatement, Database, Row, SqlValue } from '../database/database.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { type LedgerEntry, readLedger } from '../migrate/ledger.js'
import { version } from '../version.js'
import { controlMigrations } from './control-migrations.js'

/**
 * How a control database is opened. While one connection of a process waits for a lock nothing else goes on
 * in it, the other one's transaction neither; so the waiting is done between attempts.
 */
export const CONTROL_OPTIONS = { mode: 'create', busyTimeoutMs: 20 } as const
const PATIENCE_MS = 10_000
const PAUSE_MS = 10

/** What is asked of the control database. */
export interface Control extends AsyncDisposable {
  /** Where it is, as it is shown. */
  readonly shown: string
  /** Runs one reading statement; parameters are all `?`, or all numbered, `?1`. */
  read(sql: string, args?: readonly SqlValue[]): Promise<Row[]>
  /**
   * Runs statements as one transaction. They may be sent twice where it is unknown whether they
   * arrived, so that doing them again must change nothing.
   */
  write(statements: readonly BatchStatement[]): Promise<void>
}

/**
 * Brings the schema of a control database up to date and gives access to it.
 *
 * @param db is closed with what is returned
 * @throws DbfleetError `control-newer`; `control-failed` for a database of a fleet, and for whatever the
 * database throws
 */
export async function openControl(db: Database, shown: string): Promise<Control> {
  const control = new ControlDatabase(db, shown)
  try {
    await control.prepare()
    return control
  } catch (error) {
    await db.close()
    throw error
  }
}

class ControlDatabase implements Control {
  readonly shown: string
  readonly #db: Database

  constructor(db: Database, shown: string) {
    this.#db = db
    this.shown = shown
  }

  async prepare(): Promise<void> {
    await this.#attempt(async () => {
      if (this.#db.engine === 'better-sqlite3') {
        // Readers do not wait for writers, and a commit waits for no disk. What a loss of power costs
        // is found in the ledgers.
        await this.#db.query('PRAGMA journal_mode = WAL')
        await this.#db.query('PRAGMA synchronous = NORMAL')
      }
      const migrations = controlMigrations()
      const ledger = await readLedger(this.#db)
      refuseNewer(ledger, migrations, this.shown)
      const applied = new Set(ledger.map(({ name }) => name))
      const pending = migrations.map(({ name }) => name).filter(name => !applied.has(name))
      if (pending.length === 0) return
      const { Migrator } = await import('../migrate/migrator.js')
      await new Migrator(migrations, version).up(this.#db, pending, { mode: 'all', ledger })
    })
  }

  read(sql: string, args: readonly SqlValue[] = []): Promise<Row[]> {
    const statement = inOrder({ sql, args })
    return this.#attempt(() => this.#db.query(statement.sql, statement.args))
  }

  write(given: readonly BatchStatement[]): Promise<void> {
    const statements = given.map(inOrder)
    return this.#attempt(async () => {
      const db = this.#db
      if (db.batch !== undefined) {
        return db.batch(statements, { foreignKeys: 'off', repeatable: true })
      }
      const transaction = await db.begin({ foreignKeys: 'off' })
      try {
        for (const { sql, args } of statements) await transaction.query(sql, args)
        await transaction.commit()
      } catch (error) {
        // A full disk has rolled it back already.
        await transaction.rollback().catch(() => undefined)
        throw error
      }
    })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#db.close()
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    const began = performance.now()
    for (;;) {
      try {
        return await work()
      } catch (error) {
        const isBusy = error instanceof DbfleetError && error.code === 'busy'
        if (!isBusy || performance.now() - began > PATIENCE_MS) {
          throw error instanceof DbfleetError ? failed(this.shown, error) : error
        }
      }
      await sleep(PAUSE_MS * (1 + Math.random()))
    }
  }
}

/** Parameters by number, `?2`, as parameters in order, which every driver takes. */
function inOrder({ sql, args = [] }: BatchStatement): Required<BatchStatement> {
  const numbers = [...sql.matchAll(/\?(\d+)/g)].map(([, number]) => Number(number))
  if (numbers.length === 0) return { sql, args }
  return {
    sql: sql.replace(/\?\d+/g, '?'),
    args: numbers.map(number => args[number - 1] as SqlValue),
  }
}

function refuseNewer(
  ledger: readonly LedgerEntry[],
  migrations: readonly LedgerEntry[],
  shown: string,
): void {
  const known = new Set(migrations.map(({ name }) => name))
  const unknown = ledger.find(({ name }) => !known.has(name))
  if (unknown === undefined) return
  if (!ledger.some(({ name }) => known.has(name))) {
    throw new DbfleetError(
      'control-failed',
      `${shown} is no control database, but one of a fleet: its ledger has ${unknown.name}`,
      { hint: 'Set `control` to an empty database, or to a file that is not there yet.' },
    )
  }
  throw new DbfleetError(
    'control-newer',
    `the control database ${shown} was made by a later dbfleet`,
    { hint: 'Take that version, or set `control` to another place.' },
  )
}

function failed(shown: string, error: DbfleetError): DbfleetError {
  if (error.code.startsWith('control-')) return error
  return new DbfleetError(
    'control-failed',
    `the control database ${shown} does not serve: ${error.message}`,
    {
      hint: error.hint ?? 'Look at that database; `control` in the configuration says where it is.',
      cause: error,
    },
  )
}
