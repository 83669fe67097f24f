import type { SqlValue } from '../database/database.js'
import { realLiteral } from './real-literal.js'
import { type Encoding, textLiteral } from './text-literal.js'

/**
 * A value as an SQL expression, as a string of UTF-8 bytes (`latin1`).
 *
 * @param value as `readableValue` reads it: a text as its bytes, an infinity as its name
 */
export function valueLiteral(value: SqlValue, isText: boolean, encoding: Encoding): string {
  if (value === null) return 'NULL'
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return realLiteral(value)
  if (typeof value === 'string') return realLiteral(Number(value))
  if (isText) return textLiteral(value, encoding)
  const { buffer, byteOffset, byteLength } = value
  return `X'${Buffer.from(buffer, byteOffset, byteLength).toString('hex').toUpperCase()}'`
}

/**
 * Reads a column so that no engine spoils it: libSQL's driver cuts text at a NUL, and ends the
 * process when it is no valid UTF-8; a server cannot send infinity.
 */
export function readableValue(column: string): string {
  return `CASE WHEN typeof(${column}) = 'text' THEN CAST(${column} AS BLOB) WHEN ${column} = 9e999 THEN 'Infinity' WHEN ${column} = -9e999 THEN '-Infinity' ELSE ${column} END`
}

/** A row that is longer, in bytes as written, has a statement of its own. */
export const LONG_ROW = 16_384

/** Stands where SQL could not write a value; no literal has a NUL in it. */
export const UNWRITTEN = 'char(0)'

/**
 * What `valueLiteral` writes, as an SQL expression that is never NULL. `UNWRITTEN` stands for what is
 * longer than `LONG_ROW` and for numbers for which `real` is NULL. For a text that no literal holds
 * there is one nevertheless, which then has a NUL in it, a carriage return before a line feed, or is
 * no UTF-8.
 *
 * @param real writes a number of the column that is a real
 */
export function valueExpression(column: string, real: string): string {
  return `CASE typeof(${column})
 WHEN 'text' THEN CASE WHEN octet_length(${column}) > ${LONG_ROW} THEN ${UNWRITTEN} WHEN ${column} GLOB '*''*' THEN '''' || replace(${column}, '''', '''''') || '''' ELSE '''' || ${column} || '''' END
 WHEN 'real' THEN coalesce(${real}, ${UNWRITTEN})
 WHEN 'blob' THEN CASE WHEN octet_length(${column}) > ${LONG_ROW} THEN ${UNWRITTEN} ELSE quote(${column}) END
 ELSE quote(${column}) END`
}

/** A value that was read as it is, as an SQL expression. */
export function shortLiteral(value: SqlValue): string {
  const literal =
    typeof value === 'string'
      ? textLiteral(Buffer.from(value), 'UTF-8')
      : valueLiteral(value, false, 'UTF-8')
  return Buffer.from(literal, 'latin1').toString('utf8')
}
