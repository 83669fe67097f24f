import { asciiUpperCase } from '../../sql/ascii-case.js'
import { generatedPath } from './generated-path.js'
import { sameName } from './same-name.js'
import type { ColumnState, TableState } from './schema-state.js'
import type { TablePlan } from './table-change.js'
import type { TagDescription } from './table-schema.js'

/**
 * What it takes for an existing table to have a tag. Type, kind and JSON path are compared.
 *
 * @param i the tag's place in the template
 * @param json name of the JSON column
 */
export function planTag(
  tag: TagDescription,
  i: number,
  json: string,
  { columns, sql }: TableState,
): TablePlan {
  const at = ['tags', i, 'name']
  const existing = columns.find(({ name }) => sameName(name, tag.name))
  if (existing === undefined) return tag.stored ? storedByAlter(tag, i) : add(tag)
  if (existing.generated === undefined) {
    const message = `${existing.name} is an ordinary column of the table`
    return { changes: [], problems: [{ at, message, hint: 'Give the tag another name.' }] }
  }
  const difference = differenceOf(tag, existing, generatedPath(sql, existing.name, json))
  if (difference === undefined) return { changes: [], problems: [] }
  const problem = {
    at,
    message: `${existing.name} is in the table, but ${difference}; SQLite cannot alter a generated column`,
    hint: 'Give the tag another name, or drop the column in one migration and add it again in the next.',
  }
  return { changes: [], problems: [problem] }
}

function add(tag: TagDescription): TablePlan {
  return { changes: [{ kind: 'add-tag', tag }], problems: [] }
}

/** SQLite refuses it only where the table has rows, which the scratch database has not. */
function storedByAlter({ name }: TagDescription, i: number): TablePlan {
  const problem = {
    at: ['tags', i, 'stored'],
    message: `SQLite cannot add ${name} to an existing table as a STORED column`,
    hint: 'Leave `stored` out: the index on a virtual column stores its values anyway. Or rebuild the table in a migration written by hand.',
  }
  return { changes: [], problems: [problem] }
}

function differenceOf(
  tag: TagDescription,
  { type, generated }: ColumnState,
  path: string | undefined,
): string | undefined {
  const kind = tag.stored ? 'stored' : 'virtual'
  if (generated !== kind) return `${generated}, not ${kind}`
  if (asciiUpperCase(type) !== tag.type.toUpperCase()) {
    return `${asciiUpperCase(type) || 'without a type'}, not ${tag.type.toUpperCase()}`
  }
  if (path === tag.path) return undefined
  return `made from ${path ?? 'another expression'}, not from ${tag.path}`
}
