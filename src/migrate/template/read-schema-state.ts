import type { Database, Row } from '../../database/database.js'
import type { ColumnState, IndexState, SchemaState, TableState } from './schema-state.js'

/** Looks at what a database holds under a table's name. */
export async function readSchemaState(database: Database, table: string): Promise<SchemaState> {
  const objects = await database.query(
    "SELECT name, sql FROM sqlite_schema WHERE type IN ('table', 'view', 'index') ORDER BY name",
  )
  const names = objects.map(({ name }) => String(name))
  const [listed] = await database.query(
    "SELECT name, type, strict FROM pragma_table_list WHERE schema = 'main' AND name = ? COLLATE NOCASE",
    [table],
  )
  if (listed === undefined) return { names }
  const name = String(listed.name)
  const sql = objects.find(object => object.name === name)?.sql
  const [columns, indexes] = await Promise.all([
    readColumns(database, name),
    readIndexes(database, name),
  ])
  const kind = listed.type as TableState['kind']
  const strict = listed.strict === 1n
  return { names, table: { name, kind, strict, sql: String(sql ?? ''), columns, indexes } }
}

async function readColumns(database: Database, table: string): Promise<ColumnState[]> {
  const rows = await database.query(
    'SELECT name, type, "notnull", hidden FROM pragma_table_xinfo(?)',
    [table],
  )
  return rows.map(({ name, type, notnull, hidden }) => ({
    name: String(name),
    type: String(type),
    notNull: notnull !== 0n,
    ...(hidden === 2n && { generated: 'virtual' as const }),
    ...(hidden === 3n && { generated: 'stored' as const }),
  }))
}

async function readIndexes(database: Database, table: string): Promise<IndexState[]> {
  const rows = await database.query(
    `SELECT list.name, list."unique", list.partial, info.name AS "column", info.desc
     FROM pragma_index_list(?) AS list, pragma_index_xinfo(list.name) AS info
     WHERE info.key
     ORDER BY list.seq, info.seqno`,
    [table],
  )
  const byName = new Map<string, Row[]>()
  for (const row of rows) {
    const name = String(row.name)
    byName.set(name, [...(byName.get(name) ?? []), row])
  }
  return [...byName].map(([name, parts]) => {
    const unique = parts.some(part => part.unique !== 0n)
    const plain = parts.every(
      ({ partial, column, desc }) => partial === 0n && column !== null && desc === 0n,
    )
    return plain
      ? { name, unique, columns: parts.map(({ column }) => String(column)) }
      : { name, unique }
  })
}
