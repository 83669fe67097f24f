import type { Database, Row, Transaction } from '../database/database.js'
import { quoteIdentifier } from '../sql/quote.js'
import { badDump } from './bad-dump.js'
import type { PlacedCommand } from './dump-commands.js'
import { type DumpAction, DumpCourse, type PlacedSql } from './dump-course.js'
import { refuseModule } from './dump-grammar.js'
import { executableSql } from './executable-sql.js'
import { plainTable } from './plain-table.js'
import { refuseForeign, runPlaced } from './run-placed.js'

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
export const LOAD_SETTINGS = [
  'PRAGMA synchronous = OFF',
  'PRAGMA cache_size = -16384',
  'PRAGMA temp_store = FILE',
  'PRAGMA foreign_keys = OFF',
  // What was there is restored, also where it broke a rule.
  'PRAGMA ignore_check_constraints = ON',
  'PRAGMA trusted_schema = OFF',
]

/** How much there is to load. */
export interface LoadOptions {
  /** So many rows that it is worth to prepare for them. */
  many?: boolean
}

/** What a dump is loaded into. */
export type LoadTarget = Pick<Database, 'engine' | 'query' | 'run' | 'begin'>

/**
 * Fills a new, empty database with what a dump holds. Indexes and triggers are made when the rows are
 * there, wherever they stand in the dump: that is faster for many rows, and packs indexes densely.
 *
 * @param db opened with `restoring: 'rows'`; to be thrown away when this fails
 * @throws DbfleetError `bad-dump` with the line for what is no dump or not the whole of one;
 * `NeedsLibsqlError` when another engine is wanted
 */
export async function loadDump(
  db: LoadTarget,
  commands: AsyncIterable<PlacedCommand>,
  options: LoadOptions = {},
): Promise<Loaded> {
  await db.query('PRAGMA journal_mode = OFF')
  for (const setting of LOAD_SETTINGS) await db.run(setting)
  // Large indexes are sorted beside the reading of their tables.
  if (options.many === true) await db.run('PRAGMA threads = 1')
  const loader = new DumpLoader(db, options)
  for await (const command of commands) await loader.take(command)
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

class DumpLoader {
  readonly #db: LoadTarget
  readonly #course = new DumpCourse()
  readonly #indexes: PlacedSql[] = []
  readonly #triggers: PlacedSql[] = []
  readonly #entries: SchemaEntry[] = []
  readonly #many: boolean
  /** Definitions of tables that are loaded without their virtual columns. */
  readonly #redefined = new Map<string, string>()
  #transaction: Transaction | undefined

  constructor(db: LoadTarget, { many = false }: LoadOptions) {
    this.#db = db
    this.#many = many
  }

  async take(command: PlacedCommand): Promise<void> {
    const action = this.#course.take(command)
    refuseForeign(this.#db, this.#course)
    switch (action?.when) {
      case undefined:
        return
      case 'at first':
        return runPlaced(this.#db, action)
      case 'entry':
        this.#entries.push(...(await this.#readEntries(action)))
        return
      case 'index':
        this.#indexes.push(action)
        return
      case 'trigger':
        this.#triggers.push(action)
        return
      case 'table':
        return this.#makeTable(action)
      case 'in turn':
        return this.#write(action)
    }
  }

  async finish(): Promise<Loaded> {
    this.#course.finish()
    // An empty database is a file with one page, too.
    if (this.#transaction === undefined)
      await this.#write({ sql: 'PRAGMA user_version = 0', line: 0 })
    if (this.#redefined.size > 0) await this.#transaction?.redefineTables?.(this.#redefined)
    for (const each of [...this.#indexes, ...this.#triggers]) await this.#write(each)
    await this.#transaction?.commit()
    return { rows: this.#course.rows, entries: this.#entries }
  }

  async #write(placed: PlacedSql & Pick<DumpAction, 'rows'>): Promise<void> {
    this.#transaction ??= await this.#db.begin({ foreignKeys: 'off' })
    await runPlaced(this.#transaction, placed)
  }

  async #makeTable(placed: PlacedSql): Promise<void> {
    const [last] = this.#many
      ? await this.#db.query('SELECT coalesce(max(rowid), 0) AS rowid FROM sqlite_schema')
      : []
    await this.#write(placed)
    const transaction = this.#transaction
    if (last === undefined || transaction?.redefineTables === undefined) return
    const table = await plainTable(transaction, last.rowid ?? 0n)
    if (table === undefined) return
    await transaction.run(`DROP TABLE ${quoteIdentifier(table.name)}`)
    try {
      await transaction.run(table.plainSql)
      this.#redefined.set(table.name, table.sql)
    } catch {
      // A default that is none in parentheses.
      await this.#write(placed)
    }
  }

  /** Values of a schema entry are literals, so that SQLite can be asked what they are. */
  async #readEntries({ sql: rows, line }: PlacedSql): Promise<SchemaEntry[]> {
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
