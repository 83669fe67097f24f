import { createHash } from 'node:crypto'
import { access, constants, readFile } from 'node:fs/promises'
import type { Migration } from '../../migrate/migration.js'
import { writeSchemaSql } from '../../schema/write-schema-sql.js'
import { replayEngine } from './expected-schemas.js'
import { replaceFile } from './replace-file.js'
import { replayMigrations } from './replay-migrations.js'
import { schemaFileOf } from './schema-file-of.js'

const MARK = '-- Written by `dbfleet up` from the migrations; do not edit. '

/**
 * Writes the schema file where it is missing, or is dbfleet's own and of other migrations. A file of
 * somebody else's stays as it is, and so does one that cannot be written: `check` tells of both.
 */
export async function keepSchemaFile(
  directory: string,
  migrations: readonly Migration[],
): Promise<void> {
  try {
    await keep(directory, migrations)
  } catch {
    // The databases are migrated by now, and that is what the run is judged by.
  }
}

async function keep(directory: string, migrations: readonly Migration[]): Promise<void> {
  const path = schemaFileOf(directory)
  const first = `${MARK}${markOf(migrations)}`
  const old = await readFile(path, 'utf8').catch(ignoreMissing)
  if (old !== undefined && (!old.startsWith(MARK) || old.startsWith(`${first}\n`))) return
  await access(directory, constants.W_OK)
  const engine = await replayEngine(migrations)
  const { schemas } = await replayMigrations(migrations, { engine, ignore: [], reversing: false })
  const schema = schemas[migrations.length]
  if (schema === undefined) return
  await replaceFile(path, `${first}\n\n${writeSchemaSql(schema)}`)
}

/** Changes whenever a migration does. */
function markOf(migrations: readonly Migration[]): string {
  const text = migrations.map(({ name, checksum }) => `${name} ${checksum}\n`).join('')
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
