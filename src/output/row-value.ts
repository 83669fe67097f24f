import type { SqlValue } from '../report/query-rows.js'
import { printable } from './escape.js'
import { jsonElement } from './json.js'

/**
 * A value as JSON. Text is a string; what JSON has no word for is an object: `{"base64":…}` for a
 * blob, `{"real":"Infinity"}`.
 */
export function jsonOfValue(value: SqlValue): string {
  if (value instanceof Uint8Array) {
    return jsonElement({ base64: Buffer.from(value).toString('base64') })
  }
  if (typeof value !== 'number' || Number.isFinite(value)) {
    return Object.is(value, -0) ? '-0.0' : jsonElement(value)
  }
  return jsonElement({ real: String(value) })
}

/** A value as text; a blob is a literal of SQL. */
export function textOfValue(value: Exclude<SqlValue, null>): string {
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString('hex')}'`
  return Object.is(value, -0) ? '-0.0' : String(value)
}

/** A field of CSV (RFC 4180). NULL is nothing, the empty text a pair of quotes. */
export function csvOfValue(value: SqlValue, { forEyes }: { forEyes: boolean }): string {
  if (value === null) return ''
  const text = forEyes ? printable(textOfValue(value)) : textOfValue(value)
  return /^$|[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
