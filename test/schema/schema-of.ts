import { openDatabase } from '../../src/database/open-database.js'
import { DbfleetError } from '../../src/errors/dbfleet-error.js'
import { ownSchema } from '../../src/schema/own-schema.js'
import { parseSchema } from '../../src/schema/parse-schema.js'
import { readSchemaRows } from '../../src/schema/read-schema-rows.js'
import type { Schema } from '../../src/schema/schema.js'
import { splitStatements } from '../../src/sql/split-statements.js'

/** The schema that SQL makes in an empty database of the real engine. */
export async function schemaOf(...texts: string[]): Promise<Schema> {
  await using db = await openDatabase(
    { name: 'scratch', path: ':memory:' },
    { mode: 'create', busyTimeoutMs: 0 },
  )
  await db.run('PRAGMA foreign_keys = off')
  for (const { sql } of texts.flatMap(splitStatements)) await db.run(sql)
  return ownSchema(parseSchema(await readSchemaRows(db)))
}

/** Likewise; undefined where the engine refuses the SQL. */
export async function schemaIfSound(text: string): Promise<Schema | undefined> {
  try {
    return await schemaOf(text)
  } catch (error) {
    if (error instanceof DbfleetError && error.code === 'sql') return undefined
    throw error
  }
}
