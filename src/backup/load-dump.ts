import type { Database, Row, SqlRunner, Transaction } from '../database/database.js'
import { NeedsLibsqlError } from '../database/database-error.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { needsLibsql } from '../sql/needs-libsql.js'
import { badDump } from './bad-dump.js'
import { dumpCommands, type PlacedCommand } from './dump-commands.js'
import { refuseModule } from './dump-grammar.js'
import { executableSql } from './executable-sql.js'
import type { InsertStatement } from './insert-statement.js'

/** What was loaded. */
export interface Loaded {
  rows: number
  /** Virtual tables that only an entry in the schema can make; `addSchemaEntries` does. */
  entries: SchemaEntry[]
}

/** A virtual table that stands on tables which are already there. */
export interface SchemaEntry {
  name: string
  sql: string
}

/** The file is new and nobody's yet: what a crash leaves of it is thrown away. */
const SETTINGS = [
  'PRAGMA synchronous = OFF',
  'PRAGMA cache_size = -16384',
  'PRAGMA temp_store = FILE',
  'PRAGMA foreign_keys = OFF',
  // What was there is restored, also where it broke a rule.
  'PRAGMA ignore_check_constraints = ON',
  'PRAGMA trusted_schema = OFF',
]

export interface LoadOptions {
  /**
   * When indexes are made, wherever they stand in the dump. `last` is faster for many rows, and packs
   * them densely. `first` is faster for few, since what a row's generated columns are is computed
   * once; the whole dump is in memory then.
   */
  indexes: 'first' | 'last'
}

/** What a dump is loaded into. */
export type LoadTarget = Pick<Database, 'engine' | 'query' | 'run' | 'begin'>

/**
 * Fills a new, empty database with what a dump holds. Triggers are made when the rows are there,
 * wherever they stand in the dump.
 *
 * @param db opened with `restoring: 'rows'`; to be thrown away when this fails
 * @throws DbfleetError `bad-dump` with the line for what is no dump or not the whole of one;
 * `NeedsLibsqlError` when another engine is wanted
 */
export async function loadDump(
  db: LoadTarget,
  pieces: AsyncIterable<Uint8Array>,
  { indexes }: LoadOptions = { indexes: 'last' },
): Promise<Loaded> {
  await db.query('PRAGMA journal_mode = OFF')
  for (const setting of SETTINGS) await db.run(setting)
  const loader = new DumpLoader(db, indexes)
  for await (const command of dumpCommands(pieces)) await loader.take(command)
  return loader.finish()
}

/** Adds virtual tables to the schema of a database that was opened with `restoring: 'schema'`. */
export async function addSchemaEntries(
  db: Database,
  entries: readonly SchemaEntry[],
): Promise<void> {
  await db.run('PRAGMA writable_schema = ON')
  for (const { name, sql } of entries) {
    await db.run(
      "INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES ('table', ?, ?, 0, ?)",
      [name, name, sql],
    )
  }
  await db.run('PRAGMA writable_schema = OFF')
}

interface PlacedSql {
  sql: string
  line: number
}

class DumpLoader {
  readonly #db: LoadTarget
  readonly #indexesFirst: boolean
  /** What stands on tables, when indexes come before it. */
  readonly #waiting: PlacedSql[] = []
  readonly #indexes: PlacedSql[] = []
  readonly #triggers: PlacedSql[] = []
  readonly #entries: SchemaEntry[] = []
  #course: 'early' | 'open' | 'committed' = 'early'
  #wantsCommit = false
  #writable = false
  #transaction: Transaction | undefined
  #rows = 0

  constructor(db: LoadTarget, indexes: LoadOptions['indexes']) {
    this.#db = db
    this.#indexesFirst = indexes === 'first'
  }

  async take(command: PlacedCommand): Promise<void> {
    const { line } = command
    if (this.#course === 'committed') throw badDump(line, 'a statement after COMMIT')
    switch (command.kind) {
      case 'insert':
        return this.#insert(command.insert, line)
      case 'nothing':
        return
      case 'early-setting':
        if (this.#course !== 'early') throw badDump(line, 'this setting comes too late')
        return this.#run(command.sql, line)
      case 'begin':
        if (this.#wantsCommit) throw badDump(line, 'a second BEGIN')
        this.#wantsCommit = true
        return
      case 'commit':
        if (!this.#wantsCommit) throw badDump(line, 'COMMIT without BEGIN')
        this.#course = 'committed'
        return
      case 'writable-schema':
        this.#writable = command.on
        return
      case 'schema-entry':
        if (!this.#writable) throw badDump(line, 'an INSERT into the schema itself')
        this.#entries.push(...(await this.#readEntries(command.insert, line)))
        return
      case 'create':
        this.#refuseForeign(command.sql)
        return this.#create(command, line)
      case 'setting':
      case 'prepare':
        return this.#writeInTurn(command.sql, line)
    }
  }

  async #create(
    { object, sql }: Extract<PlacedCommand, { kind: 'create' }>,
    line: number,
  ): Promise<void> {
    if (object === 'trigger') this.#triggers.push({ sql, line })
    else if (object === 'index') this.#indexes.push({ sql, line })
    else if (object === 'table') await this.#write(sql, line)
    else await this.#writeInTurn(sql, line)
  }

  async finish(): Promise<Loaded> {
    if (this.#wantsCommit && this.#course !== 'committed') {
      throw badDump(undefined, 'the dump breaks off before its COMMIT')
    }
    // An empty database is a file with one page, too.
    if (this.#transaction === undefined) await this.#write('PRAGMA user_version = 0', 0)
    for (const some of [this.#indexes, this.#waiting, this.#triggers]) {
      for (const { sql, line } of some) await this.#write(sql, line)
    }
    await this.#transaction?.commit()
    return { rows: this.#rows, entries: this.#entries }
  }

  async #insert({ table, head, rows, count }: InsertStatement, line: number): Promise<void> {
    if (!/^sqlite_/i.test(table)) this.#rows += count
    await this.#writeInTurn(`${head} ${rows}`, line)
  }

  async #writeInTurn(sql: string, line: number): Promise<void> {
    await this.#open()
    if (this.#indexesFirst) this.#waiting.push({ sql, line })
    else await this.#run(sql, line, this.#transaction)
  }

  async #write(sql: string, line: number): Promise<void> {
    await this.#open()
    await this.#run(sql, line, this.#transaction)
  }

  async #open(): Promise<void> {
    if (this.#course !== 'early') return
    this.#course = 'open'
    this.#transaction = await this.#db.begin({ foreignKeys: 'off' })
  }

  async #run(sql: string, line: number, on: SqlRunner = this.#db): Promise<void> {
    try {
      await on.run(executableSql(sql, line))
    } catch (error) {
      throw error instanceof DbfleetError ? refusedByEngine(error, line) : error
    }
  }

  #refuseForeign(sql: string): void {
    if (this.#db.engine !== 'better-sqlite3') return
    const feature = needsLibsql(sql)
    if (feature !== undefined) throw new NeedsLibsqlError(feature)
  }

  /** Values of a schema entry are literals, so that SQLite can be asked what they are. */
  async #readEntries({ rows }: InsertStatement, line: number): Promise<SchemaEntry[]> {
    const found = await this.#db.query(
      `SELECT * FROM (SELECT 0 AS type, 0 AS name, 0 AS tbl, 0 AS page, 0 AS sql WHERE 0 UNION ALL VALUES ${executableSql(rows, line)})`,
    )
    return found.map((row: Row) => {
      const { type, name, tbl, page, sql } = row
      if (type !== 'table' || page !== 0n || name !== tbl || typeof sql !== 'string') {
        throw badDump(line, 'an entry of the schema that is no virtual table')
      }
      refuseModule(sql, line)
      return { name: String(name), sql }
    })
  }
}

/** What the engine has against a statement, with its place; what is wrong with the disk stays. */
function refusedByEngine(error: DbfleetError, line: number): DbfleetError {
  if (!['sql', 'syntax', 'constraint'].includes(error.code)) return error
  return badDump(line, error.message)
}
