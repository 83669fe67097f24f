import { asciiLowerCase } from '../sql/ascii-case.js'
import { quoteIdentifierIfNeeded as quoted } from '../sql/quote.js'
import { meaningfulTokens } from '../sql/tokens.js'
import { diffTables } from './diff-tables.js'
import { canonicalName } from './lexeme.js'
import { mentions } from './mentions.js'
import type { Column, Schema, Table } from './schema.js'
import { TokenReader } from './token-reader.js'

/** One statement, and what it takes away. */
export interface MendStep {
  sql: string
  /** `the rows of tmp_fix`. */
  loses?: string
  /** What to see to before it is run. */
  note?: string
}

export interface MendedTable {
  name: string
  /** Whether the table is made anew, which takes its indexes and triggers with it. */
  rebuilds: boolean
  steps: MendStep[]
}

/**
 * The statements that make one table into another of the same name: ALTER TABLE where it can, else
 * a new table that gets the rows.
 *
 * @param schema what the table stands in
 */
export function mendTable(from: Table, to: Table, schema: Schema): MendedTable {
  const steps = alterations(from, to, schema)
  return steps === undefined
    ? { name: to.name, rebuilds: true, steps: rebuild(from, to) }
    : { name: to.name, rebuilds: false, steps }
}

function alterations(from: Table, to: Table, schema: Schema): MendStep[] | undefined {
  const steps: MendStep[] = []
  const added: string[] = []
  const table = quoted(to.name)
  for (const change of diffTables(from, to)) {
    if (change.kind === 'add-column' && isAddable(change.part)) {
      added.push(change.part.name)
      steps.push({ sql: `ALTER TABLE ${table} ADD COLUMN ${columnText(change.part)}` })
    } else if (change.kind === 'drop-column' && isDroppable(change.part, from, schema)) {
      const { name } = change.part
      steps.push({
        sql: `ALTER TABLE ${table} DROP COLUMN ${quoted(name)}`,
        loses: `the values of ${to.name}.${name}`,
      })
    } else {
      return undefined
    }
  }
  // ALTER TABLE adds at the end.
  const last = added.length === 0 ? [] : to.columns.slice(-added.length).map(({ name }) => name)
  return last.join('\n') === added.join('\n') ? steps : undefined
}

const CONSTANT = /^(?:- )?(?:\d|'|X')/

function isAddable({ notNull, default: value, generated }: Column): boolean {
  if (generated !== undefined) return generated.kind === 'virtual' && !notNull
  return value === undefined ? !notNull : CONSTANT.test(value)
}

/** Drops nothing that another part of the schema may need. */
function isDroppable(column: Column, table: Table, schema: Schema): boolean {
  const name = new Set([asciiLowerCase(column.name)])
  const others = [...schema.indexes, ...schema.views, ...schema.triggers]
  if (others.some(({ sql }) => mentions(sql, name))) return false
  const occurrences = meaningfulTokens(table.sql).filter(token => mentions(token.text, name))
  return occurrences.length === 1 && table.columns.length > 1
}

function columnText({ name, type, notNull, default: value, collation, generated }: Column): string {
  return [
    quoted(name),
    ...(type === '' ? [] : [type]),
    ...(notNull ? ['NOT NULL'] : []),
    ...(value === undefined ? [] : [`DEFAULT ${value}`]),
    ...(collation === 'binary' ? [] : [`COLLATE ${canonicalName(collation)}`]),
    ...(generated === undefined
      ? []
      : [`GENERATED ALWAYS AS (${generated.expression}) ${generated.kind.toUpperCase()}`]),
  ].join(' ')
}

/** https://sqlite.org/lang_altertable.html#otheralter */
function rebuild(from: Table, to: Table): MendStep[] {
  const temporary = `dbfleet_new_${to.name}`
  const before = new Set(from.columns.map(({ name }) => asciiLowerCase(name)))
  const stored = to.columns.filter(({ generated }) => generated === undefined)
  const kept = stored.filter(({ name }) => before.has(asciiLowerCase(name)))
  const lost = from.columns.filter(
    ({ name, generated }) =>
      generated === undefined &&
      !to.columns.some(column => asciiLowerCase(column.name) === asciiLowerCase(name)),
  )
  const list = kept.map(({ name }) => quoted(name)).join(', ')
  const needed = stored.filter(
    column => column.notNull && column.default === undefined && !kept.includes(column),
  )
  return [
    { sql: renamed(to.sql, temporary) },
    ...(kept.length === 0
      ? []
      : [
          {
            sql: `INSERT INTO ${quoted(temporary)} (${list}) SELECT ${list} FROM ${quoted(to.name)}`,
            ...(needed.length > 0 && {
              note: `Rows need a value for ${needed.map(({ name }) => name).join(', ')}.`,
            }),
          },
        ]),
    {
      sql: `DROP TABLE ${quoted(to.name)}`,
      ...(lost.length > 0 && {
        loses: `the values of ${lost.map(({ name }) => `${to.name}.${name}`).join(', ')}`,
      }),
    },
    { sql: `ALTER TABLE ${quoted(temporary)} RENAME TO ${quoted(to.name)}` },
  ]
}

/** The text of CREATE TABLE with another name in it. */
function renamed(sql: string, name: string): string {
  const tokens = meaningfulTokens(sql)
  const reader = new TokenReader(tokens)
  reader.accept('CREATE', 'TABLE')
  const token = reader.next()
  return `${sql.slice(0, token.offset)}${quoted(name)}${sql.slice(token.offset + token.text.length)}`
}
