import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { onLibsql } from './on-libsql.js'

/** A table with a vector index, which only libSQL can change. */
export const VECTOR_TABLE = [
  'CREATE TABLE docs (id INTEGER PRIMARY KEY, embedding F32_BLOB(3))',
  'CREATE INDEX docs_embedding ON docs (libsql_vector_idx(embedding))',
  "INSERT INTO docs VALUES (1, vector32('[1,0,0]')), (2, vector32('[0,1,0]'))",
]
/** Selects the row of that table whose vector is nearest to another. */
export const NEAREST = "SELECT id FROM vector_top_k('docs_embedding', vector32('[0,0.9,0.1]'), 1)"

/** A table whose database better-sqlite3 cannot even read. */
export const RANDOM_ROWID_TABLE = [
  'CREATE TABLE notes (body TEXT) RANDOM ROWID',
  "INSERT INTO notes VALUES ('first'), ('second')",
]

/** Makes a database with libSQL's own engine. */
export function libsqlFile(
  cwd: string,
  file: string,
  statements: readonly string[],
  key?: string,
): void {
  mkdirSync(dirname(join(cwd, file)), { recursive: true })
  onLibsql(join(cwd, file), statements, key)
}
