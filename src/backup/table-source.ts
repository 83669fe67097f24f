import type { Row, Snapshot } from '../database/database.js'
import { asciiLowerCase } from '../sql/ascii-case.js'
import { quoteIdentifier, quoteIdentifierIfNeeded } from '../sql/quote.js'
import { byOffset, byPrimaryKey, byRowid, type RowOrder } from './row-order.js'
import type { RowColumn, RowSource } from './table-rows.js'

/** How the rows of a table are read and written. */
export interface TableSource {
  source: RowSource
  /** True when the rowids are no column and have no name either, so that they cannot be written. */
  hidesRowids: boolean
}

const BUILT_IN_COLLATIONS = ['BINARY', 'NOCASE', 'RTRIM']

/** Reads what a table's columns and key are. */
export async function tableSource(snapshot: Snapshot, table: string): Promise<TableSource> {
  const all = await snapshot.query(
    'SELECT name, type, pk, hidden FROM pragma_table_xinfo(?) ORDER BY cid',
    [table],
  )
  const [list] = await snapshot.query(
    "SELECT wr, strict FROM pragma_table_list WHERE schema = 'main' AND name = ?",
    [table],
  )
  // Generated columns are computed when the row is inserted.
  const columns = all.filter(({ hidden }) => hidden === 0n)
  const isStrict = list?.strict === 1n
  const values = columns.map(({ name, type }) => ({
    name: String(name),
    sql: `t.${quoteIdentifier(String(name))}`,
    signedZero: mayHoldSignedZero(String(type), isStrict),
  }))
  if (list?.wr === 1n) {
    const order = await primaryKeyOrder(snapshot, table)
    return { source: rowSource(table, values, order), hidesRowids: false }
  }
  const names = new Set(all.map(({ name }) => asciiLowerCase(String(name))))
  const rowid = ['rowid', '_rowid_', 'oid'].find(name => !names.has(name))
  const alias = await rowidAlias(snapshot, table, columns)
  if (alias !== undefined) {
    const marked = values.map(value => ({ ...value, isRowid: value.name === alias }))
    return {
      source: rowSource(table, marked, byRowid(`t.${quoteIdentifier(alias)}`)),
      hidesRowids: false,
    }
  }
  if (rowid === undefined) {
    return { source: rowSource(table, values, byOffset), hidesRowids: true }
  }
  const column = { name: rowid, sql: `t.${rowid}`, signedZero: false, isRowid: true }
  return {
    source: rowSource(table, [column, ...values], byRowid(`t.${rowid}`)),
    hidesRowids: false,
  }
}

/** A table's source; the alias is `t` in the names of its columns. */
export function rowSource(
  table: string,
  columns: readonly (RowColumn & { name: string })[],
  order: RowOrder,
  from = `${quoteIdentifier(table)} AS t`,
): RowSource {
  const names = columns.map(({ name }) => quoteIdentifierIfNeeded(name)).join(',')
  return {
    table,
    from,
    columns,
    order,
    insert: `INSERT INTO ${quoteIdentifierIfNeeded(table)}(${names}) VALUES`,
  }
}

/** A column that is the rowid: `INTEGER PRIMARY KEY`, for which SQLite makes no index. */
async function rowidAlias(
  snapshot: Snapshot,
  table: string,
  columns: readonly Row[],
): Promise<string | undefined> {
  const [key, another] = columns.filter(({ pk }) => pk !== 0n)
  if (key === undefined || another !== undefined) return undefined
  if (asciiLowerCase(String(key.type)) !== 'integer') return undefined
  const [index] = await primaryKeyIndex(snapshot, table)
  return index === undefined ? String(key.name) : undefined
}

function primaryKeyIndex(snapshot: Snapshot, table: string): Promise<Row[]> {
  return snapshot.query("SELECT name FROM pragma_index_list(?) WHERE origin = 'pk'", [table])
}

async function primaryKeyOrder(snapshot: Snapshot, table: string): Promise<RowOrder> {
  const [index] = await primaryKeyIndex(snapshot, table)
  const columns = await snapshot.query(
    `SELECT name, "desc" AS descending, coll FROM pragma_index_xinfo(?) WHERE "key" = 1 ORDER BY seqno`,
    [String(index?.name)],
  )
  // What an application defines, dbfleet cannot compare by.
  const isKnown = columns.every(({ coll }) =>
    BUILT_IN_COLLATIONS.includes(String(coll).toUpperCase()),
  )
  if (!isKnown) return byOffset
  return byPrimaryKey(
    columns.map(({ name, descending }) => ({ name: String(name), descending: descending === 1n })),
  )
}

/** Columns with a numeric affinity store -0.0 as 0 (https://sqlite.org/datatype3.html, 3.1). */
function mayHoldSignedZero(type: string, isStrict: boolean): boolean {
  if (isStrict) return /^(any|blob)$/i.test(type)
  return type === '' || (/blob/i.test(type) && !/int|char|clob|text/i.test(type))
}
