import type { SqlValue } from '../database/database.js'
import { asciiLowerCase } from '../sql/ascii-case.js'
import { TokenCursor } from '../sql/token-cursor.js'
import { unquotedName } from '../sql/unquoted-name.js'
import { badDump } from './bad-dump.js'
import type { DumpStatement } from './dump-statement.js'

/** `INSERT INTO table(columns) VALUES (…), (…)`, with nothing but literals in it. */
export interface InsertStatement {
  /** The table's name without its quotes. */
  table: string
  /** From `INSERT` up to and with `VALUES`. */
  head: string
  /** The rest: rows in parentheses, with commas between them. Empty when there are values. */
  rows: string
  /** What the rows hold, one after another; where the dump was read so, and all of it is plain. */
  values?: SqlValue[]
  count: number
}

/** Functions with which dumps write what no literal can hold. */
const FUNCTIONS = new Set(['replace', 'char', 'unistr'])

/** @throws DbfleetError `bad-dump` for anything else than rows of literals */
export function parseInsert(statement: DumpStatement): InsertStatement {
  return new InsertParser(statement).parse()
}

class InsertParser {
  readonly #statement: DumpStatement
  readonly #cursor: TokenCursor

  constructor(statement: DumpStatement) {
    this.#statement = statement
    this.#cursor = new TokenCursor(statement.sql)
    this.#next()
  }

  parse(): InsertStatement {
    const { sql } = this.#statement
    this.#word('insert')
    this.#word('into')
    const table = unquotedName({ ...this.#name(), offset: 0 })
    if (this.#take('(')) {
      do this.#name()
      while (this.#take(','))
      this.#expect(')')
    }
    this.#word('values')
    const start = this.#cursor.start
    let count = 0
    do {
      this.#tuple()
      count += 1
    } while (this.#take(','))
    if (this.#hasToken) throw this.#refused()
    return { table, head: sql.slice(0, start).trimEnd(), rows: sql.slice(start), count }
  }

  #tuple(): void {
    this.#expect('(')
    do this.#value(0)
    while (this.#take(','))
    this.#expect(')')
  }

  /** A literal, or several with `/`, `*` and `||` between them. */
  #value(depth: number): void {
    if (depth > 50) throw this.#refused()
    do this.#term(depth)
    while (this.#take('/') || this.#take('*') || this.#take('||'))
  }

  #term(depth: number): void {
    while (this.#take('-') || this.#take('+'));
    const { kind } = this.#cursor
    if (this.#hasToken && (kind === 'string' || kind === 'blob' || kind === 'number')) {
      this.#next()
      return
    }
    if (this.#take('(')) {
      this.#value(depth + 1)
      this.#expect(')')
      return
    }
    const name = kind === 'word' ? asciiLowerCase(this.#cursor.text) : ''
    if (name === 'null') this.#next()
    else if (name === 'cast') this.#cast(depth)
    else if (FUNCTIONS.has(name)) this.#call(depth)
    else throw this.#refused()
  }

  #cast(depth: number): void {
    this.#next()
    this.#expect('(')
    this.#value(depth + 1)
    this.#word('as')
    this.#name()
    this.#expect(')')
  }

  #call(depth: number): void {
    this.#next()
    this.#expect('(')
    if (this.#take(')')) return
    do this.#value(depth + 1)
    while (this.#take(','))
    this.#expect(')')
  }

  #hasToken = true

  #next(): void {
    do this.#hasToken = this.#cursor.next()
    while (this.#hasToken && !this.#cursor.isMeaningful)
  }

  #is(operator: string): boolean {
    const { start, end } = this.#cursor
    return (
      this.#hasToken &&
      end - start === operator.length &&
      this.#statement.sql.startsWith(operator, start)
    )
  }

  #take(operator: string): boolean {
    if (!this.#is(operator)) return false
    this.#next()
    return true
  }

  #expect(operator: string): void {
    if (!this.#take(operator)) throw this.#refused()
  }

  #word(word: string): void {
    if (!this.#hasToken || asciiLowerCase(this.#cursor.text) !== word) throw this.#refused()
    this.#next()
  }

  #name(): { kind: 'word' | 'identifier' | 'string'; text: string } {
    const { kind, text } = this.#cursor
    const isName = kind === 'word' || kind === 'identifier' || kind === 'string'
    if (!this.#hasToken || !isName) throw this.#refused()
    this.#next()
    return { kind, text }
  }

  #refused(): Error {
    const { sql, line } = this.#statement
    if (!this.#hasToken) return badDump(line, 'this INSERT is not complete')
    const at = line + (sql.slice(0, this.#cursor.start).split('\n').length - 1)
    const found = this.#cursor.text.slice(0, 40)
    const isInfinity = /^(inf|nan)$/i.test(found)
    return badDump(
      at,
      isInfinity
        ? `an INSERT holds ${found}, which is no SQL; sqld's own dump writes infinity so`
        : `an INSERT of a dump holds literals only, not ${JSON.stringify(found)}`,
    )
  }
}
