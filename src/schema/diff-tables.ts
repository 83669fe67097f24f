import { asciiLowerCase } from '../sql/ascii-case.js'
import { canonicalJson } from './canonical-json.js'
import type { Change } from './change.js'
import type { Column, Table } from './schema.js'

/** What makes one table into another of the same name. Pure. */
export function diffTables(from: Table, to: Table): Change[] {
  const table = to.name
  const replaced = <Part>(before: Part, after: Part) =>
    canonicalJson([before]) === canonicalJson([after]) ? [] : [{ table, from: before, to: after }]
  return [
    ...diffColumns(from, to),
    ...replaced(from.primaryKey, to.primaryKey).map(
      (change): Change => ({ kind: 'change-primary-key', ...change }),
    ),
    ...missing(to.uniques, from.uniques).map(
      (part): Change => ({ kind: 'add-unique', table, part }),
    ),
    ...missing(from.uniques, to.uniques).map(
      (part): Change => ({ kind: 'drop-unique', table, part }),
    ),
    ...missing(to.checks, from.checks).map((part): Change => ({ kind: 'add-check', table, part })),
    ...missing(from.checks, to.checks).map((part): Change => ({ kind: 'drop-check', table, part })),
    ...missing(to.foreignKeys, from.foreignKeys).map(
      (part): Change => ({ kind: 'add-foreign-key', table, part }),
    ),
    ...missing(from.foreignKeys, to.foreignKeys).map(
      (part): Change => ({ kind: 'drop-foreign-key', table, part }),
    ),
    ...replaced(from.options, to.options).map(
      (change): Change => ({ kind: 'change-options', ...change }),
    ),
    ...replaced(from.notNullConflicts, to.notNullConflicts).map(
      (change): Change => ({ kind: 'change-conflicts', ...change }),
    ),
  ]
}

function diffColumns(from: Table, to: Table): Change[] {
  const table = to.name
  const before = byName(from.columns)
  const after = byName(to.columns)
  const changes: Change[] = []
  for (const [name, column] of after) {
    const old = before.get(name)
    if (old === undefined) changes.push({ kind: 'add-column', table, part: column })
    else if (canonicalJson(old) !== canonicalJson(column)) {
      changes.push({ kind: 'change-column', table, from: old, to: column })
    }
  }
  for (const [name, column] of before) {
    if (!after.has(name)) changes.push({ kind: 'drop-column', table, part: column })
  }
  const orderBefore = [...before.keys()].filter(name => after.has(name))
  const orderAfter = [...after.keys()].filter(name => before.has(name))
  if (orderBefore.join('\n') === orderAfter.join('\n')) return changes
  return [
    ...changes,
    {
      kind: 'reorder-columns',
      table,
      from: from.columns.map(({ name }) => name),
      to: to.columns.map(({ name }) => name),
    },
  ]
}

function byName(columns: readonly Column[]): Map<string, Column> {
  return new Map(columns.map(column => [asciiLowerCase(column.name), column]))
}

/** The parts that the other list lacks; each counts once. */
function missing<Part>(parts: readonly Part[], others: readonly Part[]): Part[] {
  const known = new Set(others.map(canonicalJson))
  return [...new Map(parts.map(part => [canonicalJson(part), part]))]
    .filter(([key]) => !known.has(key))
    .map(([, part]) => part)
}
