import { type ColumnText, parseColumn } from '../schema/parse-column.js'
import { parseTable } from '../schema/parse-table.js'
import type { Table } from '../schema/schema.js'
import { splitAtCommas, TokenReader } from '../schema/token-reader.js'
import { asciiLowerCase } from '../sql/ascii-case.js'
import type { SqlStatement } from '../sql/split-statements.js'
import { meaningfulTokens, type Token } from '../sql/tokens.js'
import { unquotedName } from '../sql/unquoted-name.js'

/** What a statement does, as far as the rules look at it. Names are in lower case. */
export type StatementShape =
  | { kind: 'create-table'; name: string; table: Table }
  | { kind: 'create-index'; name: string; table: string; unique: boolean }
  | { kind: 'add-column'; table: string; column: ColumnText }
  | { kind: 'drop-column'; table: string; column: string }
  | { kind: 'rename-table'; table: string; to: string }
  | { kind: 'drop'; what: string; name: string }
  | { kind: 'delete'; table: string; everywhere: boolean }
  | { kind: 'update'; table: string; everywhere: boolean; columns: string[] }
  | { kind: 'other' }

/** A statement of a migration and what it does. */
export interface ShapedStatement {
  statement: SqlStatement
  shape: StatementShape
}

/** Never throws: what cannot be read is `other`, and the engine's to refuse. */
export function shapeOf(statement: SqlStatement): ShapedStatement {
  try {
    return { statement, shape: read(new TokenReader(meaningfulTokens(statement.sql))) }
  } catch {
    return { statement, shape: { kind: 'other' } }
  }
}

function read(reader: TokenReader): StatementShape {
  if (reader.accept('CREATE')) return readCreate(reader)
  if (reader.accept('ALTER', 'TABLE')) return readAlter(reader)
  if (reader.accept('DROP')) {
    const what = reader.word() ?? ''
    reader.next()
    reader.accept('IF', 'EXISTS')
    return { kind: 'drop', what, name: asciiLowerCase(reader.qualifiedName()) }
  }
  if (reader.accept('DELETE', 'FROM')) {
    const table = asciiLowerCase(reader.qualifiedName())
    return { kind: 'delete', table, everywhere: reader.isAtEnd }
  }
  if (reader.accept('UPDATE')) {
    if (reader.accept('OR')) reader.next()
    const table = asciiLowerCase(reader.qualifiedName())
    const rest = reader.rest()
    const everywhere = !rest.some(isWord(/^where$/i))
    return { kind: 'update', table, everywhere, columns: assignedIn(rest) }
  }
  return { kind: 'other' }
}

/** The columns of `SET a = 1, (b, c) = (…)`. */
function assignedIn(tokens: readonly Token[]): string[] {
  const start = tokens.findIndex(isWord(/^set$/i)) + 1
  return splitAtCommas(tokens.slice(start)).flatMap(part => {
    const sign = part.findIndex(({ text }) => text === '=')
    const names = part.slice(0, Math.max(0, sign)).filter(({ text }) => !/^[(),]$/.test(text))
    return names.map(token => asciiLowerCase(unquotedName(token)))
  })
}

function isWord(pattern: RegExp): (token: Token) => boolean {
  return ({ kind, text }) => kind === 'word' && pattern.test(text)
}

function readCreate(reader: TokenReader): StatementShape {
  const unique = reader.accept('UNIQUE')
  if (reader.accept('INDEX')) {
    reader.accept('IF', 'NOT', 'EXISTS')
    const name = asciiLowerCase(reader.qualifiedName())
    reader.accept('ON')
    return { kind: 'create-index', name, table: asciiLowerCase(reader.name()), unique }
  }
  if (!reader.accept('TABLE')) return { kind: 'other' }
  reader.accept('IF', 'NOT', 'EXISTS')
  const name = asciiLowerCase(reader.qualifiedName())
  return { kind: 'create-table', name, table: parseTable(name, '', reader) }
}

function readAlter(reader: TokenReader): StatementShape {
  const table = asciiLowerCase(reader.qualifiedName())
  if (reader.accept('ADD')) {
    reader.accept('COLUMN')
    return { kind: 'add-column', table, column: parseColumn(reader) }
  }
  if (reader.accept('DROP')) {
    reader.accept('COLUMN')
    return { kind: 'drop-column', table, column: asciiLowerCase(reader.name()) }
  }
  if (reader.accept('RENAME', 'TO')) {
    return { kind: 'rename-table', table, to: asciiLowerCase(reader.name()) }
  }
  return { kind: 'other' }
}
