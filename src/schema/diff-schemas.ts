import { asciiLowerCase } from '../sql/ascii-case.js'
import { canonicalJson } from './canonical-json.js'
import type { Change } from './change.js'
import { diffTables } from './diff-tables.js'
import type { Schema } from './schema.js'

/** What makes the first schema into the second; empty exactly when they mean the same. Pure. */
export function diffSchemas(from: Schema, to: Schema): Change[] {
  return [
    ...diffLists(from.tables, to.tables, {
      added: (part): Change => ({ kind: 'add-table', part }),
      dropped: part => ({ kind: 'drop-table', part }),
      changed: diffTables,
    }),
    ...diffLists(from.virtualTables, to.virtualTables, {
      added: (part): Change => ({ kind: 'add-virtual-table', part }),
      dropped: part => ({ kind: 'drop-virtual-table', part }),
      changed: (from, to) => [{ kind: 'change-virtual-table', from, to }],
    }),
    ...diffLists(from.indexes, to.indexes, {
      added: (part): Change => ({ kind: 'add-index', part }),
      dropped: part => ({ kind: 'drop-index', part }),
      changed: (from, to) => [{ kind: 'change-index', from, to }],
    }),
    ...diffLists(from.views, to.views, {
      added: (part): Change => ({ kind: 'add-view', part }),
      dropped: part => ({ kind: 'drop-view', part }),
      changed: (from, to) => [{ kind: 'change-view', from, to }],
    }),
    ...diffLists(from.triggers, to.triggers, {
      added: (part): Change => ({ kind: 'add-trigger', part }),
      dropped: part => ({ kind: 'drop-trigger', part }),
      changed: (from, to) => [{ kind: 'change-trigger', from, to }],
    }),
  ]
}

interface Verdicts<Part> {
  added(part: Part): Change
  dropped(part: Part): Change
  changed(from: Part, to: Part): Change[]
}

function diffLists<Part extends { name: string }>(
  from: readonly Part[],
  to: readonly Part[],
  { added, dropped, changed }: Verdicts<Part>,
): Change[] {
  const before = new Map(from.map(part => [asciiLowerCase(part.name), part]))
  const after = new Set(to.map(({ name }) => asciiLowerCase(name)))
  return [
    ...to.flatMap(part => {
      const old = before.get(asciiLowerCase(part.name))
      if (old === undefined) return [added(part)]
      return canonicalJson(old) === canonicalJson(part) ? [] : changed(old, part)
    }),
    ...from.filter(({ name }) => !after.has(asciiLowerCase(name))).map(dropped),
  ]
}
