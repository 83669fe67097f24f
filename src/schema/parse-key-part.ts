import { asciiLowerCase, asciiUpperCase } from '../sql/ascii-case.js'
import { quoteIdentifier } from '../sql/quote.js'
import type { Token } from '../sql/tokens.js'
import { unquotedName } from '../sql/unquoted-name.js'
import { canonicalName } from './lexeme.js'
import { normalizeSql } from './normalize-sql.js'
import type { KeyPart } from './schema.js'

/** Collations of a table's columns, by name in lower case. */
export type ColumnCollations = ReadonlyMap<string, string>

const EXPLICIT = /^(.+) COLLATE ("(?:[^"]|"")+"|\S+)$/

/** One part of PRIMARY KEY, UNIQUE or CREATE INDEX: what, by which collation, in which order. */
export function parseKeyPart(tokens: readonly Token[], columns: ColumnCollations): KeyPart {
  const { body, descending } = withoutOrder(tokens)
  const text = normalizeSql(asNames(body, columns), new Set(columns.keys()))
  const [, inner, collation] = EXPLICIT.exec(text) ?? []
  const expression = inner ?? text
  return {
    expression,
    collation: collation ?? collationOf(expression, columns),
    descending,
  }
}

function withoutOrder(tokens: readonly Token[]): { body: readonly Token[]; descending: boolean } {
  const last = tokens.at(-1)
  const word = last?.kind === 'word' && tokens.length > 1 ? asciiUpperCase(last.text) : ''
  const isOrder = word === 'ASC' || word === 'DESC'
  return { body: isOrder ? tokens.slice(0, -1) : tokens, descending: word === 'DESC' }
}

/** SQLite takes a 'string' for a column where it stands first. */
function asNames(tokens: readonly Token[], columns: ColumnCollations): readonly Token[] {
  const [first, ...others] = tokens
  if (first?.kind !== 'string' || !columns.has(asciiLowerCase(unquotedName(first)))) return tokens
  return [{ ...first, kind: 'identifier', text: quoteIdentifier(unquotedName(first)) }, ...others]
}

function collationOf(expression: string, columns: ColumnCollations): string {
  for (const [name, collation] of columns) if (canonicalName(name) === expression) return collation
  return 'binary'
}
