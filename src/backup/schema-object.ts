/** One object of the schema, with the statement that made it. */
export interface SchemaObject {
  type: 'table' | 'index' | 'view' | 'trigger'
  name: string
  /** The table that an index or a trigger belongs to; else its own name. */
  table: string
  sql: string
}
