import type { JsonDocument } from './json-document.js'
import type { TableDescription } from './table-schema.js'

/** What `new` can make a migration from. */
export type Template = TableTemplate | SqlTemplate

/** `<name>.json`: a table, its JSON column and the tags in it; valid in itself. */
export interface TableTemplate extends TableDescription {
  kind: 'table'
  /** The file name without its ending. */
  name: string
  /** Path of the file. */
  file: string
  /** Where something stands in the file. */
  locate: JsonDocument['locate']
}

/** `<name>.up.sql` and, if it is there, `<name>.down.sql`: copied as they are. */
export interface SqlTemplate {
  kind: 'sql'
  /** The file name without its endings. */
  name: string
  /** Path of the up file. */
  file: string
  up: string
  /** Absent when there is no such file. */
  down?: string
}
