import type { DatabaseResult, FleetReport } from './fleet-report.js'

/** A value as SQLite stores it; integers are `bigint`. */
export type SqlValue = null | bigint | number | string | Uint8Array

/** Some rows of one database. */
export interface QueryRows {
  /** The database's name. */
  database: string
  /** Names of the columns, each once: a second `id` is `id:2`. */
  columns: readonly string[]
  /** One value a column. */
  rows: SqlValue[][]
}

/**
 * Takes rows as they come; the databases are not read on before it is done. `false` ends the run.
 */
export type RowSink = (rows: QueryRows) => Promise<unknown> | unknown

/** What one database was good for. */
export interface QueryRow extends DatabaseResult {
  /** How many rows it gave. One that is not `ok` may have given some before the end. */
  rows: number
}

/** What `query` returns, when all rows have been given. */
export interface QueryReport extends FleetReport<QueryRow> {
  command: 'query'
  /** The statement. */
  sql: string
}
