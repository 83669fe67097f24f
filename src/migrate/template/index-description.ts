import type { JsonSteps } from './json-document.js'
import type { TableDescription } from './table-schema.js'

/** An index that a template asks for. */
export interface IndexDescription {
  name: string
  columns: readonly string[]
  unique: boolean
  /** What in the template asks for it. */
  at: JsonSteps
}

/**
 * Every index of a template: those of its unique columns, those of its tags, then the others. A
 * unique column gets an index rather than a constraint because only an index can be added later.
 */
export function indexesOf({ table, columns, tags, indexes }: TableDescription): IndexDescription[] {
  return [
    ...columns.flatMap(({ name, unique }, i) =>
      unique
        ? [{ name: `${table}_${name}`, columns: [name], unique, at: ['columns', i, 'unique'] }]
        : [],
    ),
    ...tags.flatMap(({ name, index, unique }, i) =>
      index ? [{ name: `${table}_${name}`, columns: [name], unique, at: ['tags', i, 'name'] }] : [],
    ),
    ...indexes.map(({ name, columns, unique }, i) => ({
      name: name ?? [table, ...columns].join('_'),
      columns,
      unique,
      at: ['indexes', i, name === undefined ? 'columns' : 'name'],
    })),
  ]
}
