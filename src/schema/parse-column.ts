import { asciiLowerCase, asciiUpperCase } from '../sql/ascii-case.js'
import { quoteText } from '../sql/quote.js'
import type { Token } from '../sql/tokens.js'
import { unquotedName } from '../sql/unquoted-name.js'
import { normalizeSql } from './normalize-sql.js'
import { parseConflict, parseReferences } from './parse-constraint.js'
import type { Conflict, ForeignKey } from './schema.js'
import type { TokenReader } from './token-reader.js'

/** A column as it is written; expressions are read when the names of all columns are known. */
export interface ColumnText {
  name: string
  type: string
  notNull: boolean
  notNullConflict: Conflict
  collation: string
  default?: string
  generated?: { expression: Token[]; kind: 'virtual' | 'stored' }
  primaryKey?: { descending: boolean; conflict: Conflict; autoincrement: boolean }
  unique?: { conflict: Conflict }
  checks: Token[][]
  foreignKeys: ForeignKey[]
}

const AFTER_TYPE = new Set(
  'CONSTRAINT DEFAULT NULL NOT PRIMARY UNIQUE CHECK REFERENCES COLLATE AS DEFERRABLE'.split(' '),
)

/** Reads a column up to the comma or the end behind it. */
export function parseColumn(reader: TokenReader): ColumnText {
  const column: ColumnText = {
    name: reader.name(),
    type: parseType(reader),
    notNull: false,
    notNullConflict: 'ABORT',
    collation: 'binary',
    checks: [],
    foreignKeys: [],
  }
  while (!reader.isAtEnd && !reader.acceptSign(',')) parseColumnConstraint(reader, column)
  return column
}

function parseType(reader: TokenReader): string {
  let type = ''
  while (!reader.isAtEnd && reader.peek()?.text !== ',') {
    const word = reader.word()
    if (word !== undefined && AFTER_TYPE.has(word)) break
    if (word === 'GENERATED' && reader.word(1) === 'ALWAYS') break
    if (reader.peek()?.text === '(') {
      type += `(${reader
        .parenthesized()
        .map(({ text }) => asciiUpperCase(text))
        .join('')})`
    } else {
      type += `${type === '' ? '' : ' '}${asciiUpperCase(reader.name())}`
    }
  }
  return type
}

function parseColumnConstraint(reader: TokenReader, column: ColumnText): void {
  if (reader.accept('CONSTRAINT')) {
    reader.name()
  } else if (reader.accept('NOT', 'NULL')) {
    column.notNull = true
    column.notNullConflict = parseConflict(reader)
  } else if (reader.accept('NULL')) {
    parseConflict(reader)
  } else if (reader.accept('DEFAULT')) {
    const value = parseDefault(reader)
    if (value === 'NULL') delete column.default
    else column.default = value
  } else if (reader.accept('PRIMARY', 'KEY')) {
    const descending = reader.accept('DESC')
    if (!descending) reader.accept('ASC')
    const conflict = parseConflict(reader)
    column.primaryKey = { descending, conflict, autoincrement: reader.accept('AUTOINCREMENT') }
  } else if (reader.accept('UNIQUE')) {
    column.unique = { conflict: parseConflict(reader) }
  } else if (reader.accept('CHECK')) {
    column.checks.push(reader.parenthesized())
    parseConflict(reader)
  } else if (reader.accept('COLLATE')) {
    column.collation = asciiLowerCase(reader.name())
  } else if (reader.accept('GENERATED', 'ALWAYS', 'AS') || reader.accept('AS')) {
    const expression = reader.parenthesized()
    const kind = reader.accept('STORED') ? 'stored' : 'virtual'
    if (kind === 'virtual') reader.accept('VIRTUAL')
    column.generated = { expression, kind }
  } else if (reader.accept('REFERENCES')) {
    column.foreignKeys.push(parseReferences(reader, [column.name]))
  } else {
    // SQLite accepts more than it says, such as a lone DEFERRABLE.
    reader.next()
  }
}

const SIGNED = /^\+ (?=[\d.])/

function parseDefault(reader: TokenReader): string {
  const first = reader.peek()
  if (first?.text === '(') {
    const inside = reader.parenthesized()
    return normalizeSql(inside).replace(SIGNED, '')
  }
  const tokens = [reader.next()]
  const [token] = tokens
  if (token?.kind === 'operator') tokens.push(reader.next())
  else if (token !== undefined && isBareText(token)) return quoteText(unquotedName(token))
  return normalizeSql(tokens).replace(SIGNED, '')
}

const VALUES = new Set('NULL TRUE FALSE CURRENT_TIME CURRENT_DATE CURRENT_TIMESTAMP'.split(' '))

/** `DEFAULT x` and `DEFAULT "x"` are both the text x. */
function isBareText({ kind, text }: Token): boolean {
  return kind === 'identifier' || (kind === 'word' && !VALUES.has(asciiUpperCase(text)))
}
