/** One row of `sqlite_schema`; those that SQLite makes for itself have no text and are left out. */
export interface SchemaRow {
  /** `table`, `index`, `view` or `trigger`. */
  type: string
  name: string
  /** The table that it belongs to. */
  table: string
  sql: string
}
