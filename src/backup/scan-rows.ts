import { isDigit } from '../sql/characters.js'
import type { RowValues } from './row-values.js'

/** Where rows stand in a text. */
export interface RowsPlace {
  /** At the first parenthesis, and behind the last. */
  start: number
  end: number
  /** Behind the semicolon. */
  next: number
  count: number
}

const QUOTE = 0x27
const OPEN = 0x28
const CLOSE = 0x29
const COMMA = 0x2c
const MINUS = 0x2d

/**
 * Finds the end of the rows behind `VALUES`, quickly: most of a dump is these. It knows the plainest
 * of what `parseInsert` accepts, and leaves the rest to that.
 *
 * @param text without NUL
 * @param values gets each literal, also when there is no end
 * @returns `undefined` when there is anything else, or no end
 */
export function scanRows(text: string, from: number, values?: RowValues): RowsPlace | undefined {
  const start = skipSpace(text, from)
  let count = 0
  for (let at = start; ; ) {
    if (text.charCodeAt(at) !== OPEN) return undefined
    do {
      const value = at + 1
      at = valueEnd(text, value)
      if (at < 0) return undefined
      values?.add(text, value, at)
    } while (text.charCodeAt(at) === COMMA)
    if (text.charCodeAt(at) !== CLOSE) return undefined
    values?.endRow()
    count += 1
    at += 1
    const next = text[at]
    if (next === ';') return { start, end: at, next: at + 1, count }
    if (next !== ',') return undefined
    at = skipSpace(text, at + 1)
  }
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (text.charCodeAt(at) === 0x20 || text.charCodeAt(at) === 0x0a) at += 1
  return at
}

/** Behind the value; negative for what is not known. */
function valueEnd(text: string, at: number): number {
  const code = text.charCodeAt(at)
  if (code === QUOTE) return stringEnd(text, at)
  if (isDigit(code) || code === MINUS) return numberEnd(text, at)
  switch (text[at]) {
    case 'N':
      return text.startsWith('NULL', at) ? at + 4 : -1
    case 'X':
      return text.charCodeAt(at + 1) === QUOTE ? text.indexOf("'", at + 2) + 1 || -1 : -1
    case 'C':
      return castEnd(text, at)
    default:
      return -1
  }
}

function stringEnd(text: string, at: number): number {
  let found = text.indexOf("'", at + 1)
  while (found >= 0 && text.charCodeAt(found + 1) === QUOTE) found = text.indexOf("'", found + 2)
  return found < 0 ? -1 : found + 1
}

/** Numbers with `/` and `*` between them, each `-?1.5e-3` at most. */
function numberEnd(text: string, from: number): number {
  let at = from
  for (;;) {
    if (text.charCodeAt(at) === MINUS) at += 1
    if (!isDigit(text.charCodeAt(at))) return -1
    at = digitsEnd(text, at)
    if (text[at] === '.') at = digitsEnd(text, at + 1)
    if (text[at] === 'e') {
      at += text[at + 1] === '-' || text[at + 1] === '+' ? 2 : 1
      if (!isDigit(text.charCodeAt(at))) return -1
      at = digitsEnd(text, at)
    }
    if (text[at] !== '/' && text[at] !== '*') return at
    at += 1
  }
}

function digitsEnd(text: string, from: number): number {
  let at = from
  while (isDigit(text.charCodeAt(at))) at += 1
  return at
}

function castEnd(text: string, at: number): number {
  const [before, after] = ["CAST(X'", "' AS TEXT)"]
  if (!text.startsWith(before, at)) return -1
  const quote = text.indexOf("'", at + before.length)
  return quote >= 0 && text.startsWith(after, quote) ? quote + after.length : -1
}
