import { existsSync, statSync } from 'node:fs'
import type BetterSqlite3 from 'better-sqlite3'
import type { DbfleetError } from '../errors/dbfleet-error.js'
import type {
  Database,
  FileTarget,
  OpenOptions,
  Row,
  RowPage,
  Snapshot,
  SqlValue,
  Transaction,
  TransactionOptions,
} from './database.js'
import { databaseError, NeedsLibsqlError, needsRecovery } from './database-error.js'
import { countViolations, refuseNewViolations } from './foreign-keys.js'
import { interruptedWrite } from './interrupted-write.js'
import type { AnyKysely } from './kysely-on-transaction.js'
import { redefineTables } from './redefine-tables.js'
import { RowInserter } from './row-inserter.js'
import { inPages, notReadOnly, wrongParameters } from './row-pages.js'
import { readTraits, type SchemaTraits } from './schema-traits.js'
import { transactionEnded } from './transaction-ended.js'

type Driver = typeof BetterSqlite3
type Handle = BetterSqlite3.Database
type Statement = BetterSqlite3.Statement<SqlValue[], unknown>

/** Some megabytes; between them others may run in this thread. */
const PAGES_AT_ONCE = 1024

/** A file opened by better-sqlite3: the fast path. Calls are synchronous inside. */
export class SqliteDatabase implements Database {
  readonly engine = 'better-sqlite3'
  readonly #driver: Driver
  readonly #target: FileTarget
  readonly #options: OpenOptions
  #handle: Handle
  /** Of snapshots, which mostly ask the same of one state after another. */
  readonly #statements = new Map<string, Statement>()

  constructor(driver: Driver, target: FileTarget, options: OpenOptions) {
    this.#driver = driver
    this.#target = target
    this.#options = options
    this.#handle = this.#open(isReading(options))
  }

  async query(sql: string, args: readonly SqlValue[] = []): Promise<Row[]> {
    return this.#attempt(() => {
      const statement = this.#handle.prepare<SqlValue[], Row>(sql)
      if (statement.reader) return statement.all(...args)
      statement.run(...args)
      return []
    })
  }

  async run(sql: string, args?: readonly SqlValue[]): Promise<void> {
    if (this.#options.mode === 'write' && !this.#handle.inTransaction) await this.#refuseVectors()
    this.#attempt(() => {
      if (args === undefined) this.#handle.exec(sql)
      else this.#handle.prepare(sql).run(...args)
    })
  }

  async begin({ foreignKeys }: TransactionOptions): Promise<Transaction> {
    this.#attempt(() => {
      if (!this.#treatsForeignKeys(foreignKeys)) {
        this.#handle.exec(`PRAGMA foreign_keys = ${foreignKeys}`)
      }
      this.#handle.exec('BEGIN IMMEDIATE')
    })
    // A new file holds nothing yet, and what is put into it is as it was.
    const before =
      this.#options.restoring === undefined
        ? await countViolations(this, await this.#refuseVectors())
        : undefined
    const inserter = new RowInserter(this.#handle)
    return {
      query: (sql, args) => this.query(sql, args),
      run: (sql, args) => this.run(sql, args),
      redefineTables: async tables => this.#attempt(() => redefineTables(this.#handle, tables)),
      insertRows: async (...rows) => this.#attempt(() => inserter.insert(...rows)),
      kysely: () => this.#kysely({ nested: true }),
      snapshot: () => this.#snapshot(async () => {}),
      commit: async () => {
        if (!this.#handle.inTransaction) throw transactionEnded()
        if (before !== undefined) {
          refuseNewViolations(before, await countViolations(this, await readTraits(this)))
        }
        this.#attempt(() => this.#handle.exec('COMMIT'))
      },
      rollback: async () => {
        if (this.#handle.inTransaction) this.#attempt(() => this.#handle.exec('ROLLBACK'))
      },
    }
  }

  async snapshot(): Promise<Snapshot> {
    this.#attempt(() => {
      // The state is fixed by the first read, and not by BEGIN.
      this.#handle.exec('BEGIN; SELECT 1 FROM sqlite_schema LIMIT 1')
    })
    return this.#snapshot(async () => {
      if (this.#handle.open && this.#handle.inTransaction) this.#handle.exec('ROLLBACK')
    })
  }

  /** What the transaction sees that is open, until it is. */
  #snapshot(dispose: () => Promise<void>): Snapshot {
    return {
      query: async (sql, args = []) =>
        this.#attempt(() => this.#prepared(sql).all(...args) as Row[]),
      textRows: async (sql, args = []) =>
        this.#attempt(() => this.#prepared(sql, 'rows').all(...args) as SqlValue[][]),
      pragmas: async names =>
        this.#attempt(() =>
          Object.fromEntries(
            names.map(name => [name, this.#prepared(`PRAGMA ${name}`, 'value').get() as SqlValue]),
          ),
        ),
      writeImage: path => this.#writeImage(path),
      [Symbol.asyncDispose]: dispose,
    }
  }

  async *readPages(sql: string, args: readonly SqlValue[] = []): AsyncGenerator<RowPage> {
    // A connection that rolled a killed writer back is not read-only.
    const { columns, rows, first } = this.#attempt(() => {
      this.#handle.pragma('query_only = on')
      const statement = this.#handle.prepare<SqlValue[], SqlValue[]>(sql)
      if (!statement.readonly || !statement.reader) throw notReadOnly()
      const columns = statement.columns().map(({ name }) => name)
      const rows = this.#bound(() => statement.raw().iterate(...args))
      return { columns, rows, first: rows.next() }
    })
    try {
      yield* inPages(columns, resumed(first, rows))
    } catch (error) {
      throw this.translate(error)
    }
  }

  kysely(): Promise<AnyKysely> {
    return this.#kysely({ nested: false })
  }

  translate(error: unknown): DbfleetError {
    return databaseError(error, this.#target, this.#options.busyTimeoutMs)
  }

  async close(): Promise<void> {
    if (!this.#handle.open) return
    const { readonly } = this.#handle
    this.#handle.close()
    if (readonly && isEmptyFile(`${this.#target.path}-wal`)) this.#removeEmptySidecars()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #open(readonly: boolean): Handle {
    const fileMustExist = this.#options.mode !== 'create'
    const timeout = this.#options.busyTimeoutMs
    try {
      const handle = new this.#driver(this.#target.path, { readonly, fileMustExist, timeout })
      handle.defaultSafeIntegers(true)
      if (this.#options.restoring === 'schema') handle.unsafeMode(true)
      return handle
    } catch (error) {
      const missingDirectory = error instanceof TypeError
      const cause = missingDirectory ? Object.assign(error, { code: 'SQLITE_CANTOPEN' }) : error
      throw this.translate(cause)
    }
  }

  /** Saying so again would make SQLite prepare all statements anew, which counts where many are kept. */
  #treatsForeignKeys(wanted: TransactionOptions['foreignKeys']): boolean {
    if (this.#statements.size === 0) return false
    return this.#prepared('PRAGMA foreign_keys', 'value').get() === (wanted === 'on' ? 1n : 0n)
  }

  /** A statement that may be run again; what it gives is objects, arrays of values, or one value. */
  #prepared(sql: string, gives: 'objects' | 'rows' | 'value' = 'objects'): Statement {
    const key = `${gives} ${sql}`
    const known = this.#statements.get(key)
    if (known !== undefined) return known
    const statement = this.#handle.prepare<SqlValue[], unknown>(sql)
    if (gives === 'rows') statement.raw()
    if (gives === 'value') statement.pluck()
    this.#statements.set(key, statement)
    return statement
  }

  #attempt<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      if (needsRecovery(error) && this.#handle.readonly) {
        if (this.#options.mode === 'inspect') throw interruptedWrite(error)
        this.#handle.close()
        this.#statements.clear()
        this.#handle = this.#open(false)
        return this.#attempt(work)
      }
      throw this.translate(error)
    }
  }

  #bound<T>(bind: () => T): T {
    try {
      return bind()
    } catch (error) {
      throw error instanceof this.#driver.SqliteError ? error : wrongParameters(error)
    }
  }

  /** In a transaction that has read, the pages are those that it sees. */
  async #writeImage(path: string): Promise<void> {
    try {
      await this.#handle.backup(path, { progress: () => PAGES_AT_ONCE })
      // Of a database in WAL mode so is the image, and then it is not one file when it is opened.
      const image = new this.#driver(path, { fileMustExist: true })
      try {
        image.pragma('journal_mode = DELETE')
      } finally {
        image.close()
      }
    } catch (error) {
      throw this.translate(error)
    }
  }

  /** better-sqlite3 would delete rows of such a database without its vector index noticing. */
  async #refuseVectors(): Promise<SchemaTraits> {
    const traits = await readTraits(this)
    if (traits.vectorIndex) throw new NeedsLibsqlError('a vector index')
    return traits
  }

  async #kysely({ nested }: { nested: boolean }): Promise<AnyKysely> {
    const { sqliteKysely } = await import('./sqlite-kysely.js')
    return sqliteKysely(this.#handle, { nested })
  }

  /**
   * A read-only connection to a database in WAL mode makes `-wal` and `-shm` files and cannot
   * remove them; a writable one that finds them empty does, without touching the database.
   */
  #removeEmptySidecars(): void {
    try {
      const handle = new this.#driver(this.#target.path, { fileMustExist: true, timeout: 0 })
      handle.pragma('schema_version')
      handle.close()
    } catch (error) {
      if (!(error instanceof this.#driver.SqliteError)) throw error
      // Someone else has it open, or the file is read-only: the sidecars are theirs or harmless.
    }
  }
}

function* resumed<T>(first: IteratorResult<T>, rest: Iterable<T>): Generator<T> {
  if (first.done === true) return
  yield first.value
  yield* rest
}

function isReading({ mode }: OpenOptions): boolean {
  return mode === 'read' || mode === 'inspect'
}

function isEmptyFile(path: string): boolean {
  // A database's name may leave no room for this one, and then the second would throw.
  return existsSync(path) && statSync(path, { throwIfNoEntry: false })?.size === 0
}
