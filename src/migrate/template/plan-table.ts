import { nearest } from '../../errors/nearest.js'
import { planColumn } from './plan-column.js'
import { planIndexes } from './plan-indexes.js'
import { planTag } from './plan-tag.js'
import { sameName } from './same-name.js'
import type { SchemaState, TableState } from './schema-state.js'
import type { TablePlan } from './table-change.js'
import type { TableDescription } from './table-schema.js'
import type { TemplateProblem } from './template-problem.js'

/** The changes that lead from a schema to what a template describes, in the order to run them. */
export function planTable(template: TableDescription, state: SchemaState): TablePlan {
  const { table, names } = state
  const indexes = planIndexes(template, state)
  if (table === undefined) {
    const taken = names.some(name => sameName(name, template.table))
    const message = `the schema has an index named ${template.table}`
    return joined([
      { changes: [{ kind: 'create-table' }], problems: taken ? [{ at: ['table'], message }] : [] },
      indexes,
    ])
  }
  if (table.kind !== 'table') return { changes: [], problems: [notATable(table)] }
  return joined([
    { changes: [], problems: misfits(template, table) },
    ...template.columns.map((column, i) => planColumn(column, i, table)),
    ...template.tags.map((tag, i) => planTag(tag, i, template.json, table)),
    indexes,
  ])
}

function joined(plans: readonly TablePlan[]): TablePlan {
  return {
    changes: plans.flatMap(({ changes }) => changes),
    problems: plans.flatMap(({ problems }) => problems),
  }
}

/** Of the template's table, what an existing one must have because it cannot be added. */
function misfits({ json, key, strict }: TableDescription, table: TableState): TemplateProblem[] {
  const problems: TemplateProblem[] = []
  const names = table.columns.map(({ name }) => name)
  const has = (wanted: string) => names.some(name => sameName(name, wanted))
  if (!has(json)) {
    const near = nearest(json, names)
    problems.push({
      at: ['json'],
      message: `the table ${table.name} has no column ${json}`,
      hint: near === undefined ? `Its columns are ${names.join(', ')}.` : `Did you mean ${near}?`,
    })
  }
  if (key !== undefined && !has(key.name)) {
    problems.push({
      at: ['key', 'name'],
      message: `the table ${table.name} has no column ${key.name}; SQLite cannot add a primary key`,
      hint: 'Leave `key` out, or name the key that the table has.',
    })
  }
  if (strict && !table.strict) {
    problems.push({
      at: ['strict'],
      message: `the table ${table.name} is not STRICT, and SQLite cannot make it so`,
      hint: 'Leave `strict` out; it is for new tables.',
    })
  }
  return problems
}

function notATable({ name, kind }: TableState): TemplateProblem {
  const what = {
    table: 'a table',
    view: 'a view',
    virtual: 'a virtual table',
    shadow: 'a shadow table',
  }
  return {
    at: ['table'],
    message: `${name} is ${what[kind]}, which cannot have generated columns added`,
    hint: 'Name the table that the documents are in.',
  }
}
