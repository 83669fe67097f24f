import { asciiLowerCase } from '../sql/ascii-case.js'
import type { Token } from '../sql/tokens.js'
import { canonicalName } from './lexeme.js'
import { normalizeSql } from './normalize-sql.js'
import { type ColumnText, parseColumn } from './parse-column.js'
import { parseConflict, parseNames, parseReferences } from './parse-constraint.js'
import { type ColumnCollations, parseKeyPart } from './parse-key-part.js'
import type {
  Column,
  Conflict,
  ForeignKey,
  KeyPart,
  PrimaryKey,
  Table,
  TableOption,
  Unique,
} from './schema.js'
import { splitAtCommas, TokenReader } from './token-reader.js'

/** A key of the whole table, as it is written. */
interface KeyText {
  parts: Token[][]
  conflict: Conflict
  autoincrement: boolean
}

/** All that stands between the parentheses of CREATE TABLE. */
interface Body {
  columns: ColumnText[]
  primaryKey?: KeyText
  uniques: KeyText[]
  checks: Token[][]
  foreignKeys: ForeignKey[]
}

/**
 * Reads a CREATE TABLE as SQLite keeps it.
 *
 * @param reader behind the table's name
 */
export function parseTable(name: string, sql: string, reader: TokenReader): Table {
  const body = parseBody(new TokenReader(reader.parenthesized()))
  const options = parseOptions(reader)
  const collations: ColumnCollations = new Map(
    body.columns.map(({ name, collation }) => [asciiLowerCase(name), collation]),
  )
  const names = new Set([...collations.keys(), 'rowid', 'oid', '_rowid_'])
  const primaryKey = primaryKeyOf(body, collations)
  const alias = rowidAlias(body, primaryKey, options)
  if (alias !== undefined && primaryKey !== undefined) {
    primaryKey.parts = [{ expression: alias, collation: 'binary', descending: false }]
  }
  const required = new Set(
    options.length > 0 && alias === undefined
      ? primaryKey?.parts.map(({ expression }) => expression)
      : [],
  )
  const columns = body.columns.map((column): Column => {
    const key = canonicalName(column.name)
    return {
      name: column.name,
      type: column.type,
      notNull: key !== alias && (column.notNull || required.has(key)),
      collation: column.collation,
      ...(column.default !== undefined && { default: column.default }),
      ...(column.generated !== undefined && {
        generated: {
          expression: normalizeSql(column.generated.expression, names),
          kind: column.generated.kind,
        },
      }),
    }
  })
  const checks = [...body.columns.flatMap(column => column.checks), ...body.checks]
  return {
    name,
    columns,
    ...(primaryKey !== undefined && { primaryKey }),
    uniques: uniquesOf(body, collations, primaryKey),
    checks: [...new Set(checks.map(tokens => normalizeSql(tokens, names)))].sort(),
    foreignKeys: [...body.columns.flatMap(column => column.foreignKeys), ...body.foreignKeys],
    options,
    notNullConflicts: body.columns
      .filter(({ notNull, notNullConflict }) => notNull && notNullConflict !== 'ABORT')
      .map(({ name, notNullConflict }) => `${canonicalName(name)} ${notNullConflict}`)
      .sort(),
    sql,
  }
}

function parseBody(reader: TokenReader): Body {
  const body: Body = { columns: [], uniques: [], checks: [], foreignKeys: [] }
  while (!reader.isAtEnd) {
    if (reader.acceptSign(',')) continue
    if (reader.accept('CONSTRAINT')) reader.name()
    else if (reader.accept('PRIMARY', 'KEY')) body.primaryKey = parseKey(reader)
    else if (reader.accept('UNIQUE')) body.uniques.push(parseKey(reader))
    else if (reader.accept('CHECK')) {
      body.checks.push(reader.parenthesized())
      parseConflict(reader)
    } else if (reader.accept('FOREIGN', 'KEY')) {
      const columns = parseNames(reader)
      reader.accept('REFERENCES')
      body.foreignKeys.push(parseReferences(reader, columns))
    } else body.columns.push(parseColumn(reader))
  }
  return body
}

/** `PRIMARY KEY (id AUTOINCREMENT)` is another spelling of the column's constraint. */
function parseKey(reader: TokenReader): KeyText {
  let autoincrement = false
  const parts = splitAtCommas(reader.parenthesized()).map(tokens => {
    const last = tokens.at(-1)
    if (tokens.length < 2 || last?.kind !== 'word' || !/^autoincrement$/i.test(last.text)) {
      return tokens
    }
    autoincrement = true
    return tokens.slice(0, -1)
  })
  return { parts, conflict: parseConflict(reader), autoincrement }
}

function parseOptions(reader: TokenReader): TableOption[] {
  const options: TableOption[] = []
  while (!reader.isAtEnd) {
    if (reader.accept('STRICT')) options.push('STRICT')
    else if (reader.accept('WITHOUT', 'ROWID')) options.push('WITHOUT ROWID')
    else if (reader.accept('RANDOM', 'ROWID')) options.push('RANDOM ROWID')
    else reader.next()
  }
  return options.sort()
}

function partOf(column: ColumnText, descending: boolean): KeyPart {
  return { expression: canonicalName(column.name), collation: column.collation, descending }
}

function primaryKeyOf(body: Body, collations: ColumnCollations): PrimaryKey | undefined {
  const column = body.columns.find(({ primaryKey }) => primaryKey !== undefined)
  if (column?.primaryKey !== undefined) {
    const { descending, conflict, autoincrement } = column.primaryKey
    return { parts: [partOf(column, descending)], conflict, autoincrement }
  }
  if (body.primaryKey === undefined) return undefined
  const { parts, conflict, autoincrement } = body.primaryKey
  return { parts: parts.map(part => parseKeyPart(part, collations)), conflict, autoincrement }
}

/**
 * The column that is the rowid's other name. It is never null, whatever is declared, and has no
 * index whose order could matter. For historical reasons a column's own DESC prevents it, and the
 * table's does not.
 */
function rowidAlias(
  { columns, primaryKey: ofTable }: Body,
  primaryKey: PrimaryKey | undefined,
  options: readonly TableOption[],
): string | undefined {
  const [part, second] = primaryKey?.parts ?? []
  if (part === undefined || second !== undefined || options.includes('WITHOUT ROWID')) return
  const column = columns.find(({ name }) => canonicalName(name) === part.expression)
  const isPrevented = ofTable === undefined && part.descending
  return column?.type === 'INTEGER' && !isPrevented ? part.expression : undefined
}

/** Each once, and none that the primary key implies. */
function uniquesOf(
  body: Body,
  collations: ColumnCollations,
  primaryKey: PrimaryKey | undefined,
): Unique[] {
  const all = [
    ...body.columns.flatMap(column =>
      column.unique === undefined
        ? []
        : [{ parts: [partOf(column, false)], conflict: column.unique.conflict }],
    ),
    ...body.uniques.map(({ parts, conflict }) => ({
      parts: parts.map(part => parseKeyPart(part, collations)),
      conflict,
    })),
  ]
  const byKey = new Map(all.map(unique => [JSON.stringify(unique.parts), unique]))
  byKey.delete(JSON.stringify(primaryKey?.parts))
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, unique]) => unique)
}
