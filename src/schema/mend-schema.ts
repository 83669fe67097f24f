import { asciiLowerCase } from '../sql/ascii-case.js'
import { quoteIdentifierIfNeeded as quoted } from '../sql/quote.js'
import { diffSchemas } from './diff-schemas.js'
import { type MendStep, mendTable } from './mend-table.js'
import { mentions } from './mentions.js'
import type { Schema } from './schema.js'

export type { MendStep } from './mend-table.js'

interface Part {
  name: string
  sql: string
}

/**
 * The statements that make the first schema into the second, in an order in which they work inside
 * one transaction with foreign keys off. Pure; nobody runs them unseen, since rows may be lost.
 */
export function mendSchema(from: Schema, to: Schema): MendStep[] {
  const changes = diffSchemas(from, to)
  const tables = new Map(from.tables.map(table => [asciiLowerCase(table.name), table]))
  const changed = new Set(
    changes.flatMap(change => ('table' in change ? [asciiLowerCase(change.table)] : [])),
  )
  const mended = to.tables
    .filter(({ name }) => changed.has(asciiLowerCase(name)))
    .map(table => mendTable(tables.get(asciiLowerCase(table.name)) ?? table, table, from))
  const rebuilt = new Set(
    mended.filter(({ rebuilds }) => rebuilds).map(({ name }) => asciiLowerCase(name)),
  )
  const gone = new Set(
    changes.flatMap(change => (change.kind === 'drop-table' ? [keyOf(change.part)] : [])),
  )

  const old = { indexes: new Set<Part>(), views: new Set<Part>(), triggers: new Set<Part>() }
  const fresh = { indexes: new Set<Part>(), views: new Set<Part>(), triggers: new Set<Part>() }
  const steps: { before: MendStep[]; middle: MendStep[] } = { before: [], middle: [] }
  for (const change of changes) {
    switch (change.kind) {
      case 'drop-table':
        steps.before.push(dropTable(change.part))
        break
      case 'add-table':
        steps.middle.push({ sql: change.part.sql })
        break
      case 'drop-virtual-table':
        steps.before.push(dropTable(change.part))
        break
      case 'add-virtual-table':
        steps.middle.push({ sql: change.part.sql })
        break
      case 'change-virtual-table':
        steps.before.push(dropTable(change.from))
        steps.middle.push({ sql: change.to.sql })
        break
      case 'drop-index':
        if (!gone.has(asciiLowerCase(change.part.table))) old.indexes.add(change.part)
        break
      case 'add-index':
        fresh.indexes.add(change.part)
        break
      case 'change-index':
        if (!gone.has(asciiLowerCase(change.from.table))) old.indexes.add(change.from)
        fresh.indexes.add(change.to)
        break
      case 'drop-view':
        old.views.add(change.part)
        break
      case 'add-view':
        fresh.views.add(change.part)
        break
      case 'change-view':
        old.views.add(change.from)
        fresh.views.add(change.to)
        break
      case 'drop-trigger':
        if (!gone.has(asciiLowerCase(change.part.table))) old.triggers.add(change.part)
        break
      case 'add-trigger':
        fresh.triggers.add(change.part)
        break
      case 'change-trigger':
        if (!gone.has(asciiLowerCase(change.from.table))) old.triggers.add(change.from)
        fresh.triggers.add(change.to)
        break
    }
  }
  if (rebuilt.size > 0) setAside(from, to, rebuilt, old, fresh)

  return [
    ...drops('TRIGGER', old.triggers),
    ...drops('VIEW', old.views),
    ...drops('INDEX', old.indexes),
    ...steps.before,
    ...steps.middle,
    ...mended.flatMap(({ steps }) => steps),
    ...[...fresh.indexes, ...fresh.views, ...fresh.triggers].map(({ sql }) => ({ sql })),
  ]
}

type Sets = Record<'indexes' | 'views' | 'triggers', Set<Part>>

/**
 * What names a table that is rebuilt would stop its renaming, so it is dropped before and made
 * again afterwards; what belongs to the table goes with it.
 */
function setAside(from: Schema, to: Schema, rebuilt: Set<string>, old: Sets, fresh: Sets): void {
  const affected = new Set(rebuilt)
  for (let size = -1; size !== affected.size; ) {
    size = affected.size
    for (const view of from.views) if (mentions(view.sql, affected)) affected.add(keyOf(view))
  }
  const isAffected = (part: Part) => mentions(part.sql, affected)
  for (const view of from.views.filter(isAffected)) old.views.add(view)
  for (const trigger of from.triggers.filter(isAffected)) old.triggers.add(trigger)
  const dropped = {
    views: new Set([...old.views].map(keyOf)),
    triggers: new Set([...old.triggers].map(keyOf)),
    indexes: new Set(
      from.indexes.filter(({ table }) => rebuilt.has(asciiLowerCase(table))).map(keyOf),
    ),
  }
  for (const index of [...old.indexes]) {
    if (dropped.indexes.has(keyOf(index))) old.indexes.delete(index)
  }
  for (const view of to.views) if (dropped.views.has(keyOf(view))) fresh.views.add(view)
  for (const index of to.indexes) if (dropped.indexes.has(keyOf(index))) fresh.indexes.add(index)
  for (const trigger of to.triggers) {
    if (dropped.triggers.has(keyOf(trigger))) fresh.triggers.add(trigger)
  }
}

function keyOf({ name }: { name: string }): string {
  return asciiLowerCase(name)
}

function dropTable({ name }: Part): MendStep {
  return { sql: `DROP TABLE ${quoted(name)}`, loses: `the rows of ${name}` }
}

function drops(kind: string, parts: Iterable<Part>): MendStep[] {
  return [...parts].map(({ name }) => ({ sql: `DROP ${kind} ${quoted(name)}` }))
}
