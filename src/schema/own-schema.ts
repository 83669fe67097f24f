import { asciiLowerCase } from '../sql/ascii-case.js'
import { belongsToTool } from './known-tables.js'
import { matchesAny } from './matches-any.js'
import type { Schema } from './schema.js'
import { shadowTables } from './shadow-tables.js'

/**
 * The part of a schema that is the application's own: without ledgers, tables of replication,
 * shadow tables, and whatever has a name that matches one of `ignore`. What belongs to a table that
 * is left out is left out too.
 *
 * @param ignore patterns, as `matchesAny` takes them
 */
export function ownSchema(schema: Schema, ignore: readonly string[] = []): Schema {
  const shadows = shadowTables(schema)
  const isIgnored = matchesAny(ignore)
  const isForeign = (name: string) =>
    belongsToTool(name) || shadows.has(asciiLowerCase(name)) || isIgnored(name)
  return {
    tables: schema.tables.filter(({ name }) => !isForeign(name)),
    virtualTables: schema.virtualTables.filter(({ name }) => !isForeign(name)),
    indexes: schema.indexes.filter(({ name, table }) => !isIgnored(name) && !isForeign(table)),
    views: schema.views.filter(({ name }) => !isIgnored(name)),
    triggers: schema.triggers.filter(({ name, table }) => !isIgnored(name) && !isForeign(table)),
  }
}
