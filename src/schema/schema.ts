/** A column of a key or of an index, or an expression of an index. */
export interface KeyPart {
  /** A column's name or an expression, in canonical text. */
  expression: string
  /** In lower case. */
  collation: string
  descending: boolean
}

export interface Column {
  name: string
  /** In upper case, as declared: `VARCHAR(10)`; empty where there is none. */
  type: string
  notNull: boolean
  /** The expression in canonical text. */
  default?: string
  /** In lower case; `binary` unless said otherwise. */
  collation: string
  generated?: { expression: string; kind: 'virtual' | 'stored' }
}

/** What to do with a row that violates a constraint; `ABORT` unless said otherwise. */
export type Conflict = 'ABORT' | 'ROLLBACK' | 'FAIL' | 'IGNORE' | 'REPLACE'

export interface PrimaryKey {
  parts: KeyPart[]
  autoincrement: boolean
  conflict: Conflict
}

export interface Unique {
  parts: KeyPart[]
  conflict: Conflict
}

export interface ForeignKey {
  columns: string[]
  parent: string
  /** The parent's primary key where none are named and it is known. */
  parentColumns: string[]
  onDelete: string
  onUpdate: string
  deferred: boolean
}

/** Whether a table is STRICT, WITHOUT ROWID, or libSQL's RANDOM ROWID. */
export const TABLE_OPTIONS = ['STRICT', 'WITHOUT ROWID', 'RANDOM ROWID'] as const
export type TableOption = (typeof TABLE_OPTIONS)[number]

export interface Table {
  name: string
  columns: Column[]
  primaryKey?: PrimaryKey
  uniques: Unique[]
  /** Expressions in canonical text, sorted. */
  checks: string[]
  foreignKeys: ForeignKey[]
  options: TableOption[]
  /** NOT NULL constraints that do something else than ABORT: column and action. */
  notNullConflicts: string[]
  /** As SQLite keeps it. */
  sql: string
}

export interface VirtualTable {
  name: string
  /** In lower case. */
  module: string
  /** In canonical text. */
  arguments: string[]
  sql: string
}

export interface Index {
  name: string
  table: string
  unique: boolean
  parts: KeyPart[]
  /** The condition of a partial index, in canonical text. */
  where?: string
  sql: string
}

export interface View {
  name: string
  /** In canonical text. */
  definition: string
  sql: string
}

export interface Trigger {
  name: string
  table: string
  /** In canonical text. */
  definition: string
  sql: string
}

/**
 * What a database's schema means, however it was spelled. Plain data. Each list is in the order of
 * names; columns are in theirs. Names are as written; they are equal when they differ in letter
 * case only.
 */
export interface Schema {
  tables: Table[]
  virtualTables: VirtualTable[]
  indexes: Index[]
  views: View[]
  triggers: Trigger[]
}

export const EMPTY_SCHEMA: Schema = {
  tables: [],
  virtualTables: [],
  indexes: [],
  views: [],
  triggers: [],
}
