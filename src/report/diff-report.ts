/** One difference between two schemas. */
export interface SchemaDifference {
  /** Such as `add-column` or `change-index`: what makes the first into the second. */
  kind: string
  /** What it is about: `index measurements_tag`. */
  subject: string
  /** Of a thing that both have: what the first has instead of what the second has. */
  detail?: string
  /** False for the order of columns, which hardly matters. */
  essential: boolean
}

/** What `diff` returns. */
export interface DiffReport {
  /** Version of this document's format. */
  schema: 1
  command: 'diff'
  /** What was compared: a database's name, or a path, as it was given. */
  from: string
  to: string
  equal: boolean
  differences: SchemaDifference[]
  /** Statements that make the first schema into the second; to be reviewed. */
  sql: string[]
}
