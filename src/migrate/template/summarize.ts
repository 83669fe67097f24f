import { meaningfulTokens } from '../../sql/tokens.js'
import { unquotedName } from '../../sql/unquoted-name.js'
import { sameName } from './same-name.js'
import type { SchemaState, TableState } from './schema-state.js'
import type { TableChange } from './table-change.js'
import type { TableDescription } from './table-schema.js'

/** What a migration does, a line each, then what could make it fail on a database with rows. */
export function summarize(
  template: TableDescription,
  { table }: SchemaState,
  changes: readonly TableChange[],
): string[] {
  const lines = changes.map(change => describe(template, change))
  return table === undefined
    ? lines.flat()
    : [...lines.flat(), ...warnings(template, table, changes)]
}

function describe(template: TableDescription, change: TableChange): string[] {
  switch (change.kind) {
    case 'create-table':
      return [
        `creates the table ${template.table} with the JSON column ${template.json}`,
        ...template.tags.map(tag => `tag ${tag.name} from ${tag.path}, ${facts(tag)}`),
      ]
    case 'add-column':
      return [`adds the column ${change.column.name} to ${template.table}, ${change.column.type}`]
    case 'add-tag': {
      const { tag } = change
      return [`adds the tag ${tag.name} to ${template.table} from ${tag.path}, ${facts(tag)}`]
    }
    case 'create-index': {
      const { name, columns, unique } = change.index
      return [`${unique ? 'unique index' : 'index'} ${name} on ${columns.join(', ')}`]
    }
  }
}

function facts({ type, stored }: { type: string; stored: boolean }): string {
  return `${type}, ${stored ? 'stored' : 'virtual'}`
}

function warnings(
  { json }: TableDescription,
  table: TableState,
  changes: readonly TableChange[],
): string[] {
  const found = changes.flatMap(change => {
    if (change.kind !== 'create-index' || !change.index.unique) return []
    const { name, columns } = change.index
    return [`a database with two rows of the same ${columns.join(', ')} refuses ${name}`]
  })
  const tags = changes.flatMap(change => (change.kind === 'add-tag' ? [change.tag.name] : []))
  if (tags.length > 0 && !checksJson(table.sql, json)) {
    found.push(
      `${table.name} has no CHECK (json_valid(${json})): a database with a row that is not JSON refuses an index on a tag, and reading the tag fails there`,
    )
  }
  if (tags.length > 0 && table.strict) {
    found.push(
      `${table.name} is STRICT: a database with a document that holds another type in ${tags.join(', ')} refuses it`,
    )
  }
  return found.map(text => `warning: ${text}`)
}

function checksJson(createTable: string, json: string): boolean {
  const tokens = meaningfulTokens(createTable)
  return tokens.some(
    ({ text }, i) =>
      sameName(text, 'json_valid') &&
      tokens[i + 1]?.text === '(' &&
      tokens.slice(i + 2, i + 3).some(name => sameName(unquotedName(name), json)),
  )
}
