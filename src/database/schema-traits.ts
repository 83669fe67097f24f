import type { SqlRunner } from './database.js'

/** What a schema holds that decides how it must be treated. */
export interface SchemaTraits {
  /** A libSQL vector index: only libSQL keeps it in step with its table. */
  vectorIndex: boolean
  /** A table that refers to another. */
  foreignKeys: boolean
}

/** Looks once at the text of the schema; a trait may be reported where a comment merely names it. */
export async function readTraits(db: SqlRunner): Promise<SchemaTraits> {
  const [row] = await db.query(
    `SELECT max(type = 'index' AND sql LIKE '%libsql_vector_idx%') AS vectorIndex,
      max(type = 'table' AND sql LIKE '%REFERENCES%') AS foreignKeys
     FROM sqlite_schema`,
  )
  return { vectorIndex: row?.vectorIndex === 1n, foreignKeys: row?.foreignKeys === 1n }
}
