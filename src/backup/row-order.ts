import type { Row, SqlValue } from '../database/database.js'
import { quoteIdentifier } from '../sql/quote.js'
import { realLiteral } from './real-literal.js'
import { readableValue } from './value-literal.js'

/** The key of the last row that was read, and how many rows that were. */
export interface Place {
  key: readonly SqlValue[]
  count: number
}

/** How a table is read from its first row to its last, in pages that follow each other. */
export interface RowOrder {
  /** What a SELECT needs behind FROM to give the next `limit` rows. */
  next(after: Place | undefined, limit: number): { sql: string; args: SqlValue[] }
  /** Columns that give a row's key, as SQL; their names are `k0`, `k1` … and do not clash. */
  readonly key: readonly string[]
}

/** By rowid. `rowid` is the name under which the table's columns leave it visible. */
export function byRowid(rowid: string): RowOrder {
  return {
    key: [`${rowid} AS k0`],
    next: (after, limit) => ({
      sql: `${after === undefined ? '' : `WHERE ${rowid} > ? `}ORDER BY ${rowid} LIMIT ${limit}`,
      args: after === undefined ? [] : [...after.key],
    }),
  }
}

/** One column of a primary key. */
export interface KeyColumn {
  name: string
  descending: boolean
}

/** By primary key, for tables WITHOUT ROWID. */
export function byPrimaryKey(columns: readonly KeyColumn[]): RowOrder {
  const names = columns.map(({ name }) => `t.${quoteIdentifier(name)}`)
  const order = columns.map(({ descending }, i) => `${names[i]}${descending ? ' DESC' : ''}`)
  return {
    // Whether it is text decides how it is compared, so it goes with the value.
    key: names.flatMap((name, i) => [
      `${readableValue(name)} AS k${2 * i}`,
      `typeof(${name}) = 'text' AS k${2 * i + 1}`,
    ]),
    next(after, limit) {
      const tail = `ORDER BY ${order.join(', ')} LIMIT ${limit}`
      if (after === undefined) return { sql: tail, args: [] }
      const { sql, args } = beyond(names, columns, after.key)
      return { sql: `WHERE ${sql} ${tail}`, args }
    },
  }
}

/**
 * By counting, which takes ever longer: for the rare table whose rows cannot be ordered by what is
 * visible of them.
 */
export const byOffset: RowOrder = {
  key: ['NULL AS k0'],
  next: (after, limit) => ({
    sql: `LIMIT ${limit} OFFSET ?`,
    args: [BigInt(after?.count ?? 0)],
  }),
}

/** The key in a row that was selected with `order.key`. */
export function keyOf(order: RowOrder, row: Row): SqlValue[] {
  return order.key.map((_, i) => row[`k${i}`] as SqlValue)
}

/** `(a > ?) OR (a = ? AND b > ?)`, with a first condition that the index can seek by. */
function beyond(
  names: readonly string[],
  columns: readonly KeyColumn[],
  key: readonly SqlValue[],
): { sql: string; args: SqlValue[] } {
  const args: SqlValue[] = []
  const value = (i: number) => {
    const part = key[2 * i] as SqlValue
    // An infinity; as an argument, libSQL's driver does not take it.
    if (typeof part === 'string') return realLiteral(Number(part))
    args.push(part)
    return key[2 * i + 1] === 1n ? 'CAST(? AS TEXT)' : '?'
  }
  const sign = (i: number) => (columns[i]?.descending ? '<' : '>')
  const first = `${names[0]} ${sign(0)}= ${value(0)}`
  const cases = names.map((name, i) => {
    const equal = names.slice(0, i).map((other, j) => `${other} = ${value(j)}`)
    return [...equal, `${name} ${sign(i)} ${value(i)}`].join(' AND ')
  })
  return { sql: `${first} AND (${cases.join(' OR ')})`, args }
}
