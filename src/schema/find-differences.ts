import { asciiLowerCase } from '../sql/ascii-case.js'
import type { Change } from './change.js'
import { type Description, describeChange } from './describe-change.js'
import { diffSchemas } from './diff-schemas.js'
import { type MendStep, mendSchema } from './mend-schema.js'
import type { Schema } from './schema.js'

/** One difference, in words and with what would mend it. */
export interface Difference extends Description {
  kind: Change['kind']
  /** What the actual schema does: it lacks a thing, has an extra one, or has another one. */
  how: 'lacks' | 'has' | 'differs'
  /** True for what hardly matters: the order of columns. */
  isLesser: boolean
  mend: MendStep[]
}

/**
 * In what a schema differs from what it should be. What belongs to a table that is missing or extra
 * is not told by itself. Pure.
 */
export function findDifferences(actual: Schema, expected: Schema): Difference[] {
  const changes = diffSchemas(actual, expected)
  const whole = new Set(
    changes.flatMap(change =>
      change.kind === 'add-table' || change.kind === 'drop-table'
        ? [asciiLowerCase(change.part.name)]
        : [],
    ),
  )
  return changes
    .filter(change => !belongsTo(change, whole))
    .map(change => ({
      kind: change.kind,
      how: howOf(change),
      ...describeChange(change),
      isLesser: change.kind === 'reorder-columns',
      mend: mendSchema(actual, targetOf(change, actual, expected)),
    }))
}

function belongsTo(change: Change, tables: ReadonlySet<string>): boolean {
  switch (change.kind) {
    case 'add-index':
    case 'drop-index':
    case 'add-trigger':
    case 'drop-trigger':
      return tables.has(asciiLowerCase(change.part.table))
    default:
      return false
  }
}

function howOf({ kind }: Change): Difference['how'] {
  if (kind.startsWith('add-')) return 'lacks'
  return kind.startsWith('drop-') ? 'has' : 'differs'
}

/** The actual schema with this one difference gone. */
function targetOf(change: Change, actual: Schema, expected: Schema): Schema {
  const name = 'table' in change ? change.table : ('part' in change ? change.part : change.to).name
  const list = listOf(change)
  const parts: { name: string }[] = replaced<{ name: string }>(actual[list], expected[list], name)
  const target: Schema = { ...actual, [list]: parts }
  if (change.kind !== 'add-table' && change.kind !== 'drop-table') return target
  const isOfTable = ({ table }: { table: string }) => asciiLowerCase(table) === asciiLowerCase(name)
  const others = <Part extends { table: string }>(before: Part[], after: Part[]) => [
    ...before.filter(part => !isOfTable(part)),
    ...after.filter(isOfTable),
  ]
  return {
    ...target,
    indexes: others(actual.indexes, expected.indexes),
    triggers: others(actual.triggers, expected.triggers),
  }
}

function listOf({ kind }: Change): keyof Schema {
  if (kind.endsWith('-virtual-table')) return 'virtualTables'
  if (kind.endsWith('-index')) return 'indexes'
  if (kind.endsWith('-view')) return 'views'
  return kind.endsWith('-trigger') ? 'triggers' : 'tables'
}

function replaced<Part extends { name: string }>(
  before: readonly Part[],
  after: readonly Part[],
  name: string,
): Part[] {
  const isNamed = (part: Part) => asciiLowerCase(part.name) === asciiLowerCase(name)
  return [...before.filter(part => !isNamed(part)), ...after.filter(isNamed)]
}
