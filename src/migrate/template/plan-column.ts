import { asciiUpperCase } from '../../sql/ascii-case.js'
import { sameName } from './same-name.js'
import type { TableState } from './schema-state.js'
import type { TablePlan } from './table-change.js'
import type { ColumnDescription } from './table-schema.js'
import type { TemplateProblem } from './template-problem.js'

/**
 * What it takes for an existing table to have an ordinary column. Types and NOT NULL are compared,
 * defaults are not.
 *
 * @param i the column's place in the template
 */
export function planColumn(
  column: ColumnDescription,
  i: number,
  { columns }: TableState,
): TablePlan {
  const existing = columns.find(({ name }) => sameName(name, column.name))
  if (existing === undefined) {
    const problem = cannotAdd(column, i)
    return problem === undefined
      ? { changes: [{ kind: 'add-column', column }], problems: [] }
      : { changes: [], problems: [problem] }
  }
  const at = ['columns', i, 'name']
  if (existing.generated !== undefined) {
    const message = `${existing.name} is a generated column of the table`
    return { changes: [], problems: [{ at, message, hint: 'Give the column another name.' }] }
  }
  const wanted = definition(column)
  const found = definition(existing)
  if (wanted === found) return { changes: [], problems: [] }
  const problem = {
    at,
    message: `${existing.name} is ${found} in the table, not ${wanted}; SQLite cannot alter a column`,
    hint: 'Describe it as it is, or rebuild the table in a migration written by hand.',
  }
  return { changes: [], problems: [problem] }
}

function definition({ type, notNull }: { type: string; notNull: boolean }): string {
  return `${asciiUpperCase(type) || 'without a type'}${notNull ? ' NOT NULL' : ''}`
}

/** SQLite refuses these only where the table has rows, which the scratch database has not. */
function cannotAdd(column: ColumnDescription, i: number): TemplateProblem | undefined {
  const { name, notNull, default: value } = column
  if (notNull && (value === undefined || value === null)) {
    return {
      at: ['columns', i, 'notNull'],
      message: `SQLite cannot add ${name} to a table that has rows: they would have no value for it`,
      hint: 'Give it a `default`, or leave `notNull` out.',
    }
  }
  if (typeof value === 'object' && value !== null) {
    return {
      at: ['columns', i, 'default'],
      message: `SQLite cannot add ${name} to a table that has rows: ${value.sql} is not constant`,
      hint: 'Give it a constant default, or none.',
    }
  }
  return undefined
}
