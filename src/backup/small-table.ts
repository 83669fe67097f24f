import type { Snapshot, SqlValue } from '../database/database.js'
import { realLiteral } from './real-literal.js'
import { PAGE, type RowSource } from './table-rows.js'
import { textLiteral } from './text-literal.js'
import { LONG_ROW } from './value-literal.js'

/** Stands for what is no UTF-8 in a text that was read as a string, where it may stand for itself. */
const REPLACEMENT = '\uFFFD'

/**
 * The rows of a table in a small database, which fit into memory: the same text as `tableRows` gives,
 * without an expression that takes SQLite longer to prepare than the rows take.
 *
 * @returns `undefined` where the engine cannot give texts as they are
 */
export async function smallTable(
  snapshot: Snapshot,
  source: RowSource,
): Promise<{ statements: string; rows: number } | undefined> {
  const { sql, args } = source.order.next(undefined, -1)
  const columns = source.columns.map(column => column.sql).join(', ')
  const rows = await snapshot.textRows?.(`SELECT ${columns} FROM ${source.from} ${sql}`, args)
  if (rows === undefined) return undefined
  const written = []
  for (const row of rows) {
    const text = rowText(row)
    if (text === undefined) return undefined
    written.push(text)
  }
  return { statements: statementsOf(source.insert, written), rows: rows.length }
}

/** As `tableRows` groups them. */
function statementsOf(insert: string, rows: readonly string[]): string {
  let text = ''
  let isOpen = false
  for (const [index, row] of rows.entries()) {
    const isLong = isLongRow(row)
    const goesOn = isOpen && !isLong && index % PAGE !== 0
    text += goesOn ? `,\n${row}` : `${index === 0 ? '' : ';\n'}${insert}\n${row}`
    isOpen = !isLong
  }
  return text === '' ? '' : `${text};\n`
}

/** A code unit takes three bytes at the most. */
function isLongRow(row: string): boolean {
  return row.length > LONG_ROW / 3 && Buffer.byteLength(row) > LONG_ROW
}

function rowText(row: readonly SqlValue[]): string | undefined {
  let text = '('
  for (const value of row) {
    const literal = literalOf(value)
    if (literal === undefined) return undefined
    text += text === '(' ? literal : `,${literal}`
  }
  return `${text})`
}

function literalOf(value: SqlValue): string | undefined {
  if (typeof value === 'bigint') return String(value)
  if (value === null) return 'NULL'
  if (typeof value === 'number') return realLiteral(value)
  if (typeof value !== 'string') return `X'${hex(value)}'`
  if (value.includes(REPLACEMENT)) return undefined
  if (!value.includes('\r\n') && !value.includes('\0')) {
    return `'${value.includes("'") ? value.replaceAll("'", "''") : value}'`
  }
  return Buffer.from(textLiteral(Buffer.from(value), 'UTF-8'), 'latin1').toString('utf8')
}

function hex({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('hex').toUpperCase()
}
