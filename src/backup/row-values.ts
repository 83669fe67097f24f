import { isUtf8 } from 'node:buffer'
import type { SqlValue } from '../database/database.js'

const QUOTE = 0x27
const INTEGER = /^-?[0-9]{1,18}$/
const REAL = /^-?[0-9]+\.[0-9]+(?:e[+-]?[0-9]+)?$/
const OUTSIDE_ASCII = /[\x80-\xff]/

/**
 * What literals of rows stand for, as far as it can be said without SQLite: integers, plain decimals,
 * strings of valid UTF-8 and NULL. Rows with anything else go to SQLite as they are written.
 */
export class RowValues {
  /** One row after another. */
  values: SqlValue[] = []
  /** In each row. */
  columns = 0
  readonly #isAscii: boolean
  #isKnown = true
  #rowStart = 0

  /** @param isAscii whether all of the text is */
  constructor(isAscii: boolean) {
    this.#isAscii = isAscii
  }

  /** False once there was a literal of another kind, or a row of another length. */
  get isKnown(): boolean {
    return this.#isKnown
  }

  /** @param text a character for each byte; the literal is one that `scanRows` knows */
  add(text: string, start: number, end: number): void {
    if (!this.#isKnown) return
    const value = valueAt(text, start, end, this.#isAscii)
    if (value === undefined) this.#isKnown = false
    else this.values.push(value)
  }

  endRow(): void {
    const { length } = this.values
    if (this.#rowStart === 0) this.columns = length
    else if (length - this.#rowStart !== this.columns) this.#isKnown = false
    this.#rowStart = length
  }

  /** Forgets the values from this number on, which is one of whole rows. */
  cut(length: number): void {
    this.values.length = length
    this.#rowStart = length
  }

  /** Gives the values from this number on, which is one of whole rows, to another, and keeps the rest. */
  splitAt(length: number): RowValues {
    const rest = new RowValues(this.#isAscii)
    rest.values = this.values.splice(length)
    rest.columns = this.columns
    rest.#rowStart = rest.values.length
    rest.#isKnown = this.#isKnown
    return rest
  }
}

function valueAt(text: string, start: number, end: number, isAscii: boolean): SqlValue | undefined {
  if (text.charCodeAt(start) === QUOTE) return stringOf(text.slice(start + 1, end - 1), isAscii)
  if (text[start] === 'N') return null
  const literal = text.slice(start, end)
  if (INTEGER.test(literal)) return BigInt(literal)
  if (!REAL.test(literal)) return undefined
  const real = Number(literal)
  // Versions of SQLite differ in what becomes of the sign.
  return real === 0 ? undefined : real
}

function stringOf(quoted: string, isAscii: boolean): string | undefined {
  const inside = quoted.includes("'") ? quoted.replaceAll("''", "'") : quoted
  if (isAscii || !OUTSIDE_ASCII.test(inside)) return inside
  const bytes = Buffer.from(inside, 'latin1')
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined
}
