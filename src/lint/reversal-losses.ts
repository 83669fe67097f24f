import type { Migration } from '../migrate/migration.js'
import type { Schema } from '../schema/schema.js'
import { asciiLowerCase } from '../sql/ascii-case.js'
import { existsBefore, factsOf, type MigrationFacts, rebuiltIn } from './migration-facts.js'
import type { Violation } from './rule.js'
import { RULES } from './rules.js'

interface Around {
  before: Schema | undefined
  after: Schema | undefined
}

const DATA_RULES: readonly string[] = ['drops-table', 'drops-column', 'down-destroys']

/**
 * Why reverting a migration would not bring back what was there before it; empty when nothing speaks
 * against it. Of a module only the schemas around it are known. Pure.
 */
export function reversalLosses(migration: Migration, around: Around): string[] {
  const facts = factsOf(migration, { ...around, onServers: false })
  const losses =
    migration.kind === 'module'
      ? goneFrom(around)
      : [
          ...RULES.filter(({ code }) => DATA_RULES.includes(code))
            .flatMap(rule => rule.find(facts))
            .filter(violation => !isGenerated(violation, around))
            .map(({ message }) => message),
          ...droppedVirtual(facts),
          ...overwritten(facts),
          ...lostInRebuild(facts),
        ]
  return [...new Set(losses)]
}

/** Data that its down has removed, and that applying the migration again does not bring back. Pure. */
export function downLosses(migration: Migration, around: Around): string[] {
  const { down } = factsOf(migration, { ...around, onServers: false })
  const rebuilt = rebuiltIn(down)
  return down.flatMap(({ shape }) => {
    if (shape.kind === 'drop' && shape.what === 'TABLE' && !rebuilt.has(shape.name)) {
      return [`the rows of ${shape.name}`]
    }
    if (shape.kind === 'drop-column') {
      const { table, column } = shape
      return hasGenerated(around.after, table, column) ? [] : [`the values of ${table}.${column}`]
    }
    return shape.kind === 'delete' ? [`what was deleted from ${shape.table}`] : []
  })
}

/** Its values come back by themselves. */
function isGenerated({ at: { shape } }: Violation, { before }: Around): boolean {
  return shape.kind === 'drop-column' && hasGenerated(before, shape.table, shape.column)
}

function hasGenerated(schema: Schema | undefined, table: string, column: string): boolean {
  const columns = schema?.tables.find(({ name }) => asciiLowerCase(name) === table)?.columns ?? []
  return columns.some(each => asciiLowerCase(each.name) === column && each.generated !== undefined)
}

/** A virtual table may keep rows of its own. */
function droppedVirtual({ up, before }: MigrationFacts): string[] {
  const names = new Set(before?.virtualTables.map(({ name }) => asciiLowerCase(name)))
  return up.flatMap(({ shape }) =>
    shape.kind === 'drop' && names.has(shape.name) ? [`drops the virtual table ${shape.name}`] : [],
  )
}

/** Rows that were there before and that the up deletes or changes. */
function overwritten(facts: MigrationFacts): string[] {
  const { up, down } = facts
  // Whoever wrote an update for the way back has thought of the values.
  const restored = new Set(
    down.flatMap(({ shape }) => (shape.kind === 'update' ? [shape.table] : [])),
  )
  const added = new Set(
    up.flatMap(({ shape }) =>
      shape.kind === 'add-column' ? [`${shape.table}.${asciiLowerCase(shape.column.name)}`] : [],
    ),
  )
  return up.flatMap(({ shape }) => {
    if (shape.kind === 'delete' && existsBefore(facts, shape.table)) {
      return [`deletes rows of ${shape.table}`]
    }
    if (shape.kind !== 'update' || restored.has(shape.table)) return []
    const { table, columns } = shape
    if (!existsBefore(facts, table)) return []
    const changed = columns.filter(column => !added.has(`${table}.${column}`))
    return changed.map(column => `changes values of ${table}.${column}`)
  })
}

function lostInRebuild({ up, before, after }: MigrationFacts): string[] {
  const rebuilt = rebuiltIn(up)
  return goneFrom({ before, after }, name => rebuilt.has(name)).map(gone => `rebuilds, and ${gone}`)
}

/** Tables that are not there any more, and columns; one that was renamed looks like it, too. */
function goneFrom({ before, after }: Around, isMeant: (table: string) => boolean = () => true) {
  if (before === undefined || after === undefined) return []
  return before.tables.flatMap(({ name, columns }) => {
    const table = asciiLowerCase(name)
    if (!isMeant(table)) return []
    const now = after.tables.find(each => asciiLowerCase(each.name) === table)
    if (now === undefined) return [`removes the table ${name}`]
    const kept = new Set(now.columns.map(column => asciiLowerCase(column.name)))
    return columns
      .filter(column => column.generated === undefined && !kept.has(asciiLowerCase(column.name)))
      .map(column => `removes the column ${name}.${column.name}`)
  })
}
