import { tokenize } from '../sql/tokens.js'
import type { Schema } from './schema.js'

/**
 * A schema as SQL that makes it in an empty database, in an order that does not depend on how it
 * came to be: tables, virtual tables, indexes, views, triggers, each by name. Pure.
 */
export function writeSchemaSql(schema: Schema): string {
  const { tables, virtualTables, indexes, views, triggers } = schema
  return [...tables, ...virtualTables, ...indexes, ...views, ...triggers]
    .map(({ sql }) => `${endsInComment(sql) ? `${sql}\n` : sql};\n`)
    .join('\n')
}

/** A statement that ends in a `--` comment would swallow the semicolon. */
function endsInComment(sql: string): boolean {
  return tokenize(sql).at(-1)?.text.startsWith('--') === true
}
