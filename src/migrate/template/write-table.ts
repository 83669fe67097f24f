import { quoteIdentifierIfNeeded as quote, quoteText } from '../../sql/quote.js'
import { defaultKey } from './check-table.js'
import type { IndexDescription } from './index-description.js'
import type { ColumnDescription, TableDescription, TagDescription } from './table-schema.js'

/** The CREATE TABLE statement, a column a line. */
export function createTable(template: TableDescription): string {
  const { table, key, columns, json, tags, strict } = template
  // The document comes last of what is stored: SQLite reads columns before it without its overflow pages.
  const definitions = [
    keyDefinition(key ?? defaultKey),
    ...columns.map(columnDefinition),
    jsonDefinition(json),
    ...tags.map(tag => tagDefinition(tag, json)),
  ]
  const lines = definitions.map(definition => `  ${definition}`).join(',\n')
  return `CREATE TABLE ${quote(table)} (\n${lines}\n)${strict ? ' STRICT' : ''};`
}

export function createIndex({ table }: TableDescription, index: IndexDescription): string {
  const { name, columns, unique } = index
  const parts = columns.map(quote).join(', ')
  return `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${quote(name)} ON ${quote(table)} (${parts});`
}

/** A column as it stands in CREATE TABLE and behind ADD COLUMN. */
export function columnDefinition({
  name,
  type,
  notNull,
  default: value,
}: ColumnDescription): string {
  const constraints = `${notNull ? ' NOT NULL' : ''}${value === undefined ? '' : ` DEFAULT ${literal(value)}`}`
  return `${quote(name)} ${type.toUpperCase()}${constraints}`
}

/**
 * A tag as it stands in CREATE TABLE and behind ADD COLUMN. `json_extract` rather than `->>`: a
 * schema with an operator that an older SQLite does not know is malformed to it as a whole.
 */
export function tagDefinition({ name, path, type, stored }: TagDescription, json: string): string {
  const expression = `json_extract(${quote(json)}, ${quoteText(path)})`
  const kind = stored ? 'STORED' : 'VIRTUAL'
  return `${quote(name)} ${type.toUpperCase()} GENERATED ALWAYS AS (${expression}) ${kind}`
}

/** SQLite lets NULL into a primary key that is not an INTEGER. */
function keyDefinition({ name, type }: { name: string; type: string }): string {
  const notNull = type === 'integer' ? '' : ' NOT NULL'
  return `${quote(name)} ${type.toUpperCase()}${notNull} PRIMARY KEY`
}

/**
 * `json_valid` alone would let three things in: NULL (a CHECK that is NULL passes), a blob that
 * reads as JSON, and JSON with NUL and anything at all behind it.
 */
function jsonDefinition(name: string): string {
  const json = quote(name)
  const isText = `typeof(${json}) = 'text' AND instr(${json}, char(0)) = 0`
  return `${json} TEXT NOT NULL CHECK (json_valid(${json}) AND ${isText})`
}

function literal(value: NonNullable<ColumnDescription['default']> | null): string {
  if (value === null) return 'NULL'
  if (typeof value === 'object') return value.sql
  if (typeof value === 'string') return quoteText(value)
  return String(value).toUpperCase()
}
