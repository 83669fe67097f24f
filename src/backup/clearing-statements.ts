import type { Snapshot } from '../database/database.js'
import { quoteIdentifier } from '../sql/quote.js'
import { parseVirtualTable } from './virtual-table.js'

/**
 * The statements that leave nothing of what a database holds. What stands on something goes before
 * it, and so do virtual tables, which take their own tables with them.
 */
export async function clearingStatements(snapshot: Snapshot): Promise<string[]> {
  const rows = await snapshot.query(
    "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
  )
  const entries = rows.map(({ type, name, sql }) => ({
    type: String(type),
    name: String(name),
    virtual: typeof sql === 'string' ? parseVirtualTable(sql) : undefined,
  }))
  const drop = (kind: string, of: readonly { name: string }[]) =>
    of.map(({ name }) => `DROP ${kind} IF EXISTS ${quoteIdentifier(name)}`)
  const tables = entries.filter(({ type }) => type === 'table')
  return [
    ...drop(
      'TRIGGER',
      entries.filter(({ type }) => type === 'trigger'),
    ),
    ...drop(
      'VIEW',
      entries.filter(({ type }) => type === 'view'),
    ),
    ...drop(
      'INDEX',
      entries.filter(({ type }) => type === 'index'),
    ),
    ...drop(
      'TABLE',
      tables.filter(({ virtual }) => virtual !== undefined),
    ),
    ...drop(
      'TABLE',
      tables.filter(({ virtual }) => virtual === undefined),
    ),
    ...(entries.length === 0 ? [] : ['PRAGMA user_version = 0']),
  ]
}
