import { asciiUpperCase } from './ascii-case.js'
import { TokenCursor } from './token-cursor.js'

/** One statement of a longer text. */
export interface SqlStatement {
  /** From its first meaningful token to its last; comments around it and the final `;` are not in. */
  sql: string
  /** Where `sql` starts in the whole text, in UTF-16 code units from 0. */
  offset: number
  /** The line of its first token, from 1; lines end with a line feed. */
  line: number
  /** The unquoted words it begins with, at most six, in upper case; empty when it begins otherwise. */
  words: string[]
}

/**
 * Splits a text into its statements, by the rule of `sqlite3_complete`: a statement ends at a `;`,
 * but a `CREATE TRIGGER` at `; END ;`. A trigger without that end runs to the end of the text, and
 * whatever else is wrong is left for the engine to refuse. Empty statements are dropped.
 */
export function splitStatements(sql: string): SqlStatement[] {
  const statements: SqlStatement[] = []
  const lineOf = lineCounter(sql)
  const reader = new StatementReader(sql)
  for (let from = 0; ; ) {
    const found = reader.read(from)
    if (found === undefined) return statements
    const { offset, end, next, words } = found
    statements.push({ sql: sql.slice(offset, end), offset, line: lineOf(offset), words })
    from = next
  }
}

/** Where one statement stands in a text; all in UTF-16 code units from 0. */
export interface StatementPlace {
  /** Its first meaningful token. */
  offset: number
  /** Behind its last meaningful token, without the final `;`. */
  end: number
  /** Behind its `;`, or the end of the text. */
  next: number
  /** False when the text ends before its `;`. */
  isEnded: boolean
  /** As in `SqlStatement`. */
  words: string[]
}

/** Finds statements one by one, by the rule of `splitStatements`. */
export class StatementReader {
  readonly #sql: string
  readonly #cursor: TokenCursor

  constructor(sql: string) {
    this.#sql = sql
    this.#cursor = new TokenCursor(sql)
  }

  /** The first statement from an offset on, which must not lie inside one; `undefined` when none. */
  read(from: number): StatementPlace | undefined {
    const cursor = this.#cursor
    cursor.end = from
    let open: OpenStatement | undefined
    while (cursor.next()) {
      if (!cursor.isMeaningful) continue
      const isSemicolon = this.#sql[cursor.start] === ';'
      if (isSemicolon && !open?.isInsideTrigger) {
        if (open !== undefined) return placeOf(open, cursor.end, true)
      } else {
        open ??= new OpenStatement(cursor.start)
        open.add(cursor, isSemicolon)
      }
    }
    return open === undefined ? undefined : placeOf(open, this.#sql.length, false)
  }
}

function placeOf(
  { start, end, words }: OpenStatement,
  next: number,
  isEnded: boolean,
): StatementPlace {
  return { offset: start, end, next, isEnded, words }
}

/** As many as it takes to recognise `EXPLAIN QUERY PLAN CREATE TEMP TRIGGER`. */
const leadingWordLimit = 6

const triggerStart = /^(EXPLAIN (QUERY PLAN )?)?CREATE (TEMP |TEMPORARY )?TRIGGER( |$)/

/** The statement being read. */
class OpenStatement {
  readonly start: number
  readonly words: string[] = []
  end: number
  #hasOnlyWords = true
  #isTrigger: boolean | undefined
  #last: 'semicolon' | 'END after semicolon' | 'other' = 'other'

  constructor(start: number) {
    this.start = start
    this.end = start
  }

  add(token: TokenCursor, isSemicolon: boolean): void {
    this.end = token.end
    this.#hasOnlyWords &&= token.kind === 'word'
    const isLeading = this.#hasOnlyWords && this.words.length < leadingWordLimit
    if (isLeading) this.words.push(asciiUpperCase(token.text))
    if (isSemicolon) this.#last = 'semicolon'
    else if (this.#last === 'semicolon' && isEnd(token)) this.#last = 'END after semicolon'
    else this.#last = 'other'
  }

  /** Whether a `;` here belongs to a trigger and does not end the statement. */
  get isInsideTrigger(): boolean {
    this.#isTrigger ??= triggerStart.test(this.words.join(' '))
    return this.#isTrigger && this.#last !== 'END after semicolon'
  }
}

function isEnd(token: TokenCursor): boolean {
  return token.kind === 'word' && asciiUpperCase(token.text) === 'END'
}

/** Gives the line of each of several offsets, which must not decrease, in one pass over the text. */
export function lineCounter(text: string): (offset: number) => number {
  let line = 1
  let lineFeed = text.indexOf('\n')
  return offset => {
    while (lineFeed >= 0 && lineFeed < offset) {
      line += 1
      lineFeed = text.indexOf('\n', lineFeed + 1)
    }
    return line
  }
}
