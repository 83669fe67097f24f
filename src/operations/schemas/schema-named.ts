import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import { nearest } from '../../errors/nearest.js'
import { UsageError } from '../../errors/usage-error.js'
import type { Member } from '../../fleet/member.js'
import { resolveFleet } from '../../fleet/resolve-fleet.js'
import { loadMigrations } from '../../migrate/load-migrations.js'
import { preflight } from '../../migrate/preflight.js'
import { ownSchema } from '../../schema/own-schema.js'
import { parseSchema } from '../../schema/parse-schema.js'
import { readSchemaRows } from '../../schema/read-schema-rows.js'
import type { Schema } from '../../schema/schema.js'
import type { FleetContext } from '../members/fleet-context.js'
import type { RunControl } from '../members/run-control.js'
import { readSchemas } from './read-schemas.js'
import { schemaOfEntry } from './schema-of-entry.js'
import { schemaOfSql } from './schema-of-sql.js'
import { withExpectedSchema } from './scratch-database.js'

/**
 * The schema that a word of the command line means. A database of the fleet goes before a path of
 * the same name; `./` in front makes it a path. `<set>#<name>` is a database in a backup set.
 *
 * @throws UsageError `unknown-schema`, or what is wrong with the thing that it means
 */
export async function schemaNamed(
  context: FleetContext,
  word: string,
  control: Pick<RunControl, 'busyTimeoutMs'>,
): Promise<Schema> {
  const members = await resolveFleet(context.sources, {
    root: context.config.root,
    required: false,
  })
  const member = members.find(({ name }) => name === word)
  if (member !== undefined) return schemaOfMember(context, member, control)

  const path = resolve(word)
  const hash = word.indexOf('#')
  if (!existsSync(path) && hash > 0) {
    const [set, name] = [word.slice(0, hash), word.slice(hash + 1)]
    return ownSchema(await schemaOfEntry(context, set, name))
  }
  if (!existsSync(path)) throw unknown(word, members)
  if (statSync(path).isDirectory()) return schemaOfMigrations(path)
  if (path.endsWith('.sql')) return ownSchema(await schemaOfSql(path))
  const file: Member = { name: word, path, url: pathToFileURL(path).href, source: 'argument' }
  return schemaOfMember(context, file, control)
}

async function schemaOfMember(
  context: FleetContext,
  member: Member,
  control: Pick<RunControl, 'busyTimeoutMs'>,
): Promise<Schema> {
  const [known] = await readSchemas(context, [member], { ...control, mode: 'read' })
  if (known !== undefined && 'text' in known) return ownSchema(parseSchema(known.text.rows))
  if (known === undefined || !('error' in known)) {
    throw new DbfleetError('bug', `${member.name} was not read`)
  }
  const { error } = known
  const options = error.hint === undefined ? {} : { hint: error.hint }
  throw new UsageError(error.code, `${member.name}: ${error.message}`, options)
}

async function schemaOfMigrations(directory: string): Promise<Schema> {
  const migrations = await loadMigrations(directory)
  await preflight(migrations, ['up'])
  return withExpectedSchema(migrations, undefined, async db =>
    ownSchema(parseSchema(await readSchemaRows(db))),
  )
}

function unknown(word: string, members: readonly Member[]): UsageError {
  const near = nearest(
    word,
    members.map(({ name }) => name),
  )
  return new UsageError(
    'unknown-schema',
    `"${word}" is no database of the fleet, and there is no such file or directory`,
    {
      hint:
        near === undefined
          ? 'Name a database, the path of one, of a directory of migrations or of a file of SQL, or <set>#<name>.'
          : `Did you mean ${near}?`,
    },
  )
}
