import type { InsertStatement } from './insert-statement.js'

/** What a statement of a dump wants done. */
export type DumpCommand =
  /** Opens or ends the transaction of the dump. */
  | { kind: 'begin' | 'commit' }
  /** Says nothing that a new database needs. */
  | { kind: 'nothing' }
  /** A setting that must come before anything is written. */
  | { kind: 'early-setting'; sql: string }
  | { kind: 'setting'; sql: string }
  | { kind: 'writable-schema'; on: boolean }
  | {
      kind: 'create'
      object: 'table' | 'virtual table' | 'view' | 'index' | 'trigger'
      sql: string
    }
  | { kind: 'insert'; insert: InsertStatement }
  /** An entry of the schema, for a virtual table that nothing else can make. */
  | { kind: 'schema-entry'; insert: InsertStatement }
  /** Empties the counters of AUTOINCREMENT, or makes the tables of statistics. */
  | { kind: 'prepare'; sql: string }
