import type { SqlRunner } from '../database/database.js'
import type { SchemaRow } from './schema-row.js'

/** Reads a schema's text in one query, which takes no more than the engine reads on opening. */
export async function readSchemaRows(db: Pick<SqlRunner, 'query'>): Promise<SchemaRow[]> {
  const rows = await db.query(
    `SELECT type, name, tbl_name AS "table", sql FROM sqlite_schema
     WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
     ORDER BY name, type`,
  )
  return rows.map(({ type, name, table, sql }) => ({
    type: String(type),
    name: String(name),
    table: String(table),
    sql: String(sql),
  }))
}
