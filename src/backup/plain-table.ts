import type { Row, SqlRunner, SqlValue } from '../database/database.js'
import { quoteIdentifier } from '../sql/quote.js'

/** A table, and one without its virtual columns whose rows are stored in the very same way. */
export interface PlainTable {
  name: string
  /** Its definition as it stands in the schema. */
  sql: string
  /** The `CREATE TABLE` of the other. */
  plainSql: string
}

const NORMAL = 0n
const VIRTUAL = 2n

/**
 * SQLite computes virtual columns for every row that is inserted, though it stores nothing of them; and
 * once more for the indexes that are made when the rows are there. With many rows that is half of the time.
 *
 * @param after the rowid in `sqlite_schema` of what was there before the table was made
 * @returns `undefined` when nothing was made since, it has no virtual column, or more than its columns
 * decides how rows are stored or what may stand in them
 */
export async function plainTable(db: SqlRunner, after: SqlValue): Promise<PlainTable | undefined> {
  const [made, another] = await db.query(
    'SELECT type, name, sql FROM sqlite_schema WHERE rowid > ?',
    [after],
  )
  // The index of a UNIQUE or a PRIMARY KEY would be the other one.
  if (made?.type !== 'table' || another !== undefined) return undefined
  const { name, sql } = made
  if (typeof name !== 'string' || typeof sql !== 'string') return undefined
  if (/autoincrement|conflict/i.test(sql)) return undefined
  const [kind] = await db.query(
    "SELECT wr, strict FROM pragma_table_list(?) WHERE schema = 'main' AND type = 'table'",
    [name],
  )
  if (kind?.wr !== 0n || kind.strict !== 0n) return undefined
  const columns = await db.query('SELECT * FROM pragma_table_xinfo(?)', [name])
  if (!columns.every(isSimple) || columns.every(({ hidden }) => hidden === NORMAL)) return undefined
  const kept = columns.filter(({ hidden }) => hidden === NORMAL).map(columnSql)
  return { name, sql, plainSql: `CREATE TABLE ${quoteIdentifier(name)} (${kept.join(', ')})` }
}

function isSimple({ hidden, notnull }: Row): boolean {
  return hidden === NORMAL || (hidden === VIRTUAL && notnull === 0n)
}

function columnSql({ name, type, notnull, pk, dflt_value: fallback }: Row): string {
  const parts = [quoteIdentifier(String(name))]
  // Without an index of its own, a primary key is the rowid.
  if (pk !== 0n) parts.push('INTEGER PRIMARY KEY')
  else if (type !== '') parts.push(quoteIdentifier(String(type)))
  if (notnull !== 0n) parts.push('NOT NULL')
  if (fallback !== null) parts.push(`DEFAULT (${String(fallback)})`)
  return parts.join(' ')
}
