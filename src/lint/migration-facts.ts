import type { Migration } from '../migrate/migration.js'
import type { Schema } from '../schema/schema.js'
import { asciiLowerCase } from '../sql/ascii-case.js'
import { type ShapedStatement, shapeOf } from './statement-shape.js'

/** All that a rule may look at. */
export interface MigrationFacts {
  up: ShapedStatement[]
  down: ShapedStatement[]
  /** The schemas around the migration, where they are known. */
  before: Schema | undefined
  after: Schema | undefined
  /** True when databases of the fleet are on servers. */
  onServers: boolean
}

/** Reads a migration's statements for the rules. */
export function factsOf(
  { up, down = [] }: Migration,
  around: Pick<MigrationFacts, 'before' | 'after' | 'onServers'>,
): MigrationFacts {
  return { up: up.map(shapeOf), down: down.map(shapeOf), ...around }
}

/** Whether rows may be in the table when the migration begins. */
export function existsBefore({ up, before }: MigrationFacts, table: string): boolean {
  if (before !== undefined) {
    return before.tables.some(({ name }) => asciiLowerCase(name) === table)
  }
  return !up.some(({ shape }) => shape.kind === 'create-table' && shape.name === table)
}

/** Tables that are dropped and come back under their name: new tables with the old rows. */
export function rebuiltIn(statements: readonly ShapedStatement[]): Set<string> {
  const dropped = new Set(
    statements.flatMap(({ shape }) =>
      shape.kind === 'drop' && shape.what === 'TABLE' ? [shape.name] : [],
    ),
  )
  return new Set(
    statements.flatMap(({ shape }) =>
      shape.kind === 'rename-table' && dropped.has(shape.to) ? [shape.to] : [],
    ),
  )
}
