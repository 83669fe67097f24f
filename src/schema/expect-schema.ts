import type { SchemaRow } from './schema-row.js'

/**
 * Fails when a schema is not what it was; the arguments are what `schemaText` makes of it, and the
 * name of the table that is left out.
 */
export const EXPECT_SCHEMA = `SELECT abs(-9223372036854775808) WHERE ? <> (
  SELECT coalesce(group_concat(type || ' ' || name || ' ' || sql, char(10)), '')
  FROM (SELECT type, name, sql FROM sqlite_schema
    WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> ?
    ORDER BY name, type))`

/** A schema as one text, without one table. */
export function schemaText(rows: readonly SchemaRow[], without: string): string {
  return rows
    .filter(({ name }) => name !== without)
    .map(({ type, name, sql }) => `${type} ${name} ${sql}`)
    .join('\n')
}
