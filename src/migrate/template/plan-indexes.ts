import { type IndexDescription, indexesOf } from './index-description.js'
import { sameName } from './same-name.js'
import type { IndexState, SchemaState } from './schema-state.js'
import type { TableChange, TablePlan } from './table-change.js'
import type { TableDescription } from './table-schema.js'
import type { TemplateProblem } from './template-problem.js'

/** The indexes of a template that the table lacks; one that serves as well counts as there. */
export function planIndexes(template: TableDescription, { table, names }: SchemaState): TablePlan {
  const changes: TableChange[] = []
  const problems: TemplateProblem[] = []
  const existing = table?.indexes ?? []
  for (const index of indexesOf(template)) {
    if (existing.some(other => serves(other, index))) continue
    if (names.some(name => sameName(name, index.name))) problems.push(taken(index, existing))
    else changes.push({ kind: 'create-index', index })
  }
  return { changes, problems }
}

function serves({ unique, columns }: IndexState, wanted: IndexDescription): boolean {
  return (
    (unique || !wanted.unique) &&
    columns?.length === wanted.columns.length &&
    columns.every((column, i) => sameName(column, wanted.columns[i] ?? ''))
  )
}

function taken(
  { name, at, columns, unique }: IndexDescription,
  existing: readonly IndexState[],
): TemplateProblem {
  const wanted = `${unique ? 'a unique' : 'an'} index on ${columns.join(', ')}`
  const other = existing.some(index => sameName(index.name, name))
    ? `an index ${name} of this table that is not ${wanted}`
    : `another table, view or index named ${name}, so that ${wanted} cannot be`
  return {
    at,
    message: `there is ${other}`,
    hint: 'Ask for the index under `indexes` with another `name` instead.',
  }
}
