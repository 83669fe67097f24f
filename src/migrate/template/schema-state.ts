/** What a template's migration starts from. */
export interface SchemaState {
  /** The template's table, when there is one of that name, or something else that has its name. */
  table?: TableState
  /** Names of all tables, views and indexes. */
  names: readonly string[]
}

export interface TableState {
  /** As the schema spells it. */
  name: string
  kind: 'table' | 'view' | 'virtual' | 'shadow'
  strict: boolean
  /** The text of its CREATE statement. */
  sql: string
  columns: readonly ColumnState[]
  indexes: readonly IndexState[]
}

export interface ColumnState {
  name: string
  type: string
  notNull: boolean
  /** Set when the column is generated. */
  generated?: 'virtual' | 'stored'
}

export interface IndexState {
  name: string
  unique: boolean
  /** In order; `undefined` when it is partial or holds expressions or descending columns. */
  columns?: readonly string[]
}
