import { nearest } from '../../errors/nearest.js'
import { asciiUpperCase } from '../../sql/ascii-case.js'
import { LEDGER_TABLE } from '../ledger.js'
import { defaultProblem } from './default-problem.js'
import { type IndexDescription, indexesOf } from './index-description.js'
import { formatJsonPlace, type JsonSteps } from './json-document.js'
import { sameName } from './same-name.js'
import type { TableDescription } from './table-schema.js'
import type { TemplateProblem } from './template-problem.js'

/** What a new table's primary key is when the template names none. */
export const defaultKey = { name: 'id', type: 'integer' } as const

/** What is wrong with a template of the right shape, whatever the database holds. */
export function checkTable(table: TableDescription): TemplateProblem[] {
  const indexes = indexesOf(table)
  return [
    ...reservedNames(table, indexes),
    ...repeated(columnNames(table), (name, first) =>
      first === ''
        ? {
            message: `${name} is the name of the primary key, too`,
            hint: 'Name the primary key otherwise, under `key`.',
          }
        : { message: `${name} is the name of ${first}, too` },
    ),
    ...repeated([{ name: table.table, at: ['table'] }, ...indexes], (name, first) => ({
      message: `makes an index ${name}, which is the name of ${first}, too`,
      hint: 'Name the index otherwise, under `indexes`; tables and indexes share one set of names.',
    })),
    ...repeated(indexes.map(byColumns), (_, first) => ({
      message: `makes an index on the same columns as ${first}`,
    })),
    ...table.columns.flatMap((column, i): TemplateProblem[] => {
      const message = defaultProblem(column)
      return message === undefined ? [] : [{ at: ['columns', i, 'default'], message }]
    }),
    ...contradictoryTags(table),
    ...indexColumns(table),
    ...(table.strict ? typesForStrict(table) : []),
  ]
}

interface Named {
  name: string
  at: JsonSteps
}

function columnNames({ key, columns, json, tags }: TableDescription): Named[] {
  return [
    key === undefined ? { name: defaultKey.name, at: [] } : { name: key.name, at: ['key', 'name'] },
    ...columns.map(({ name }, i) => ({ name, at: ['columns', i, 'name'] })),
    { name: json, at: ['json'] },
    ...tags.map(({ name }, i) => ({ name, at: ['tags', i, 'name'] })),
  ]
}

/** @param problem made from the name and the place where it was first used */
function repeated(
  names: readonly Named[],
  problem: (name: string, first: string) => Omit<TemplateProblem, 'at'>,
): TemplateProblem[] {
  const places = new Map<string, string>()
  return names.flatMap(({ name, at }) => {
    const folded = asciiUpperCase(name)
    const first = places.get(folded)
    if (first !== undefined) return [{ at, ...problem(name, first) }]
    places.set(folded, formatJsonPlace(at))
    return []
  })
}

function byColumns({ columns, at }: IndexDescription): Named {
  return { name: JSON.stringify(columns), at }
}

function reservedNames(
  { table }: TableDescription,
  indexes: readonly IndexDescription[],
): TemplateProblem[] {
  const problems: TemplateProblem[] = sameName(table, LEDGER_TABLE)
    ? [{ at: ['table'], message: `${LEDGER_TABLE} is the table of dbfleet's ledger` }]
    : []
  for (const { name, at } of [{ name: table, at: ['table'] }, ...indexes]) {
    if (!/^sqlite_/i.test(name)) continue
    problems.push({ at, message: `${name}: SQLite keeps names that begin with sqlite_ for itself` })
    break
  }
  return problems
}

function contradictoryTags({ tags }: TableDescription): TemplateProblem[] {
  return tags.flatMap(({ unique, index }, i) =>
    unique && !index
      ? [{ at: ['tags', i, 'index'], message: 'a unique tag needs its index; leave `index` out' }]
      : [],
  )
}

function indexColumns(table: TableDescription): TemplateProblem[] {
  const known = columnNames(table).map(({ name }) => name)
  return table.indexes.flatMap(({ columns }, i) =>
    columns.flatMap((name, j): TemplateProblem[] => {
      const at = ['indexes', i, 'columns', j]
      const isThis = (other: string) => sameName(other, name)
      if (columns.findIndex(isThis) < j) return [{ at, message: `${name} is in this index before` }]
      if (known.some(isThis)) return []
      const near = nearest(name, known)
      const question = near === undefined ? '' : `; did you mean ${near}?`
      return [{ at, message: `${name} is no column or tag of this template${question}` }]
    }),
  )
}

function typesForStrict({ columns, tags }: TableDescription): TemplateProblem[] {
  const numeric = 'a strict table has no type numeric; choose integer, real or text'
  return [
    ...columns.flatMap(({ type }, i) =>
      type === 'numeric' ? [{ at: ['columns', i, 'type'], message: numeric }] : [],
    ),
    ...tags.flatMap(({ type }, i): TemplateProblem[] => {
      const at = ['tags', i, 'type']
      if (type === 'numeric') return [{ at, message: numeric }]
      const message = 'JSON holds no blobs, so a strict table would refuse every value of this tag'
      return type === 'blob' ? [{ at, message }] : []
    }),
  ]
}
