import { basename } from 'node:path'
import { defaultEngine } from '../../database/engines.js'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import { UsageError } from '../../errors/usage-error.js'
import { readMigrationText } from '../../migrate/read-migration-text.js'
import { parseSchema } from '../../schema/parse-schema.js'
import { readSchemaRows } from '../../schema/read-schema-rows.js'
import type { Schema } from '../../schema/schema.js'
import { needsLibsql } from '../../sql/needs-libsql.js'
import { type SqlStatement, splitStatements } from '../../sql/split-statements.js'
import { withEmptyScratch } from './scratch-database.js'

/** What says something about the schema; rows, transactions and settings of a dump do not. */
const OF_SCHEMA = new Set(['CREATE', 'ALTER', 'DROP'])

/**
 * The schema that a file of SQL makes in an empty database. Only its CREATE, ALTER and DROP are run,
 * so a whole dump will do.
 *
 * @throws UsageError `schema-file` naming the line that fails
 */
export async function schemaOfSql(path: string): Promise<Schema> {
  const text = await readMigrationText(path)
  const engine = needsLibsql(text) === undefined ? await defaultEngine() : 'libsql'
  return withEmptyScratch(engine, undefined, async ({ db }) => {
    await db.run('PRAGMA synchronous = off')
    for (const statement of splitStatements(text)) {
      if (!OF_SCHEMA.has(statement.words[0] ?? '')) continue
      try {
        await db.run(statement.sql)
      } catch (error) {
        throw refused(error, path, statement)
      }
    }
    return parseSchema(await readSchemaRows(db))
  })
}

function refused(error: unknown, path: string, { line }: SqlStatement): UsageError {
  const why = error instanceof DbfleetError ? error.message : String(error)
  return new UsageError('schema-file', `${basename(path)}:${line}: ${why}`, {
    hint: 'Mend the file; it has to work in an empty database.',
    cause: error,
  })
}
