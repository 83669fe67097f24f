import { asciiLowerCase } from '../sql/ascii-case.js'
import { meaningfulTokens } from '../sql/tokens.js'
import { canonicalName } from './lexeme.js'
import { normalizeSql } from './normalize-sql.js'
import { type ColumnCollations, parseKeyPart } from './parse-key-part.js'
import { parseTable } from './parse-table.js'
import { parseTrigger } from './parse-trigger.js'
import { parseVirtualTable } from './parse-virtual-table.js'
import type { ForeignKey, Index, Schema, Table, View } from './schema.js'
import type { SchemaRow } from './schema-row.js'
import { splitAtCommas, TokenReader } from './token-reader.js'

/**
 * Makes a schema of the rows of `sqlite_schema`. Pure, so that equal rows of many databases are
 * read once.
 */
export function parseSchema(rows: readonly SchemaRow[]): Schema {
  const schema: Schema = { tables: [], virtualTables: [], indexes: [], views: [], triggers: [] }
  const indexes: { row: SchemaRow; reader: TokenReader }[] = []
  for (const row of rows) {
    const reader = new TokenReader(meaningfulTokens(row.sql))
    reader.accept('CREATE')
    const unique = reader.accept('UNIQUE')
    const isVirtual = reader.accept('VIRTUAL')
    reader.next()
    reader.accept('IF', 'NOT', 'EXISTS')
    reader.qualifiedName()
    const { type, name, sql } = row
    if (isVirtual) schema.virtualTables.push(parseVirtualTable(name, sql, reader))
    else if (type === 'table') schema.tables.push(parseTable(name, sql, reader))
    else if (type === 'view') schema.views.push(parseView(row, reader))
    else if (type === 'trigger') schema.triggers.push(parseTrigger(row, reader))
    else indexes.push({ row: unique ? { ...row, type: 'unique index' } : row, reader })
  }
  const tables = new Map(schema.tables.map(table => [asciiLowerCase(table.name), table]))
  schema.indexes = indexes.map(({ row, reader }) => parseIndex(row, reader, tables))
  for (const table of schema.tables) {
    table.foreignKeys = table.foreignKeys
      .map(key => withParentColumns(key, tables))
      .sort((a, b) => (keyOfForeignKey(a) < keyOfForeignKey(b) ? -1 : 1))
  }
  for (const list of Object.values(schema) as { name: string }[][]) list.sort(byName)
  return schema
}

function byName(a: { name: string }, b: { name: string }): number {
  return asciiLowerCase(a.name) < asciiLowerCase(b.name) ? -1 : 1
}

function keyOfForeignKey(key: ForeignKey): string {
  return asciiLowerCase(JSON.stringify(key))
}

function parseView({ name, sql }: SchemaRow, reader: TokenReader): View {
  return { name, definition: normalizeSql(reader.rest()), sql }
}

function parseIndex(
  { type, name, table: tableName, sql }: SchemaRow,
  reader: TokenReader,
  tables: ReadonlyMap<string, Table>,
): Index {
  reader.accept('ON')
  reader.name()
  const columns = tables.get(asciiLowerCase(tableName))?.columns ?? []
  const collations: ColumnCollations = new Map(
    columns.map(({ name, collation }) => [asciiLowerCase(name), collation]),
  )
  const parts = splitAtCommas(reader.parenthesized()).map(part => parseKeyPart(part, collations))
  const where = reader.accept('WHERE')
    ? normalizeSql(reader.rest(), new Set(collations.keys()))
    : undefined
  return {
    name,
    table: tables.get(asciiLowerCase(tableName))?.name ?? tableName,
    unique: type === 'unique index',
    parts,
    ...(where !== undefined && { where }),
    sql,
  }
}

/** A key that names no columns of its parent means the parent's primary key. */
function withParentColumns(key: ForeignKey, tables: ReadonlyMap<string, Table>): ForeignKey {
  if (key.parentColumns.length > 0) return key
  const parent = tables.get(asciiLowerCase(key.parent))
  const implied = parent?.primaryKey?.parts.map(({ expression }) => expression) ?? []
  const names = implied.map(
    part => parent?.columns.find(({ name }) => canonicalName(name) === part)?.name ?? part,
  )
  return { ...key, parentColumns: names }
}
