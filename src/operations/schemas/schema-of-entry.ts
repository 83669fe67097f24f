import { objectPlace } from '../../backup/object-place.js'
import { readManifest } from '../../backup/read-manifest.js'
import { readObject } from '../../backup/read-object.js'
import { schemaStatements } from '../../backup/schema-statements.js'
import { defaultEngine } from '../../database/engines.js'
import { UsageError } from '../../errors/usage-error.js'
import { selectMembers } from '../../fleet/selection.js'
import { reportError } from '../../report/error-report.js'
import { parseSchema } from '../../schema/parse-schema.js'
import { readSchemaRows } from '../../schema/read-schema-rows.js'
import type { Schema } from '../../schema/schema.js'
import { needsLibsql } from '../../sql/needs-libsql.js'
import type { FleetContext } from '../members/fleet-context.js'
import { findSet } from '../sets/find-set.js'
import { keysOf } from '../sets/keys-of.js'
import { schemaOfImage } from './schema-of-image.js'
import { withEmptyScratch } from './scratch-database.js'

/**
 * The schema of a database in a backup set, made in a scratch database, without its rows where it is SQL text. All bytes of
 * its object are compared with their hash on the way.
 *
 * @param given the set, as `findSet` takes it
 * @throws UsageError `unknown-set`, `unknown-database`, `not-in-set`, and what is wrong with the object
 */
export async function schemaOfEntry(
  context: Pick<FleetContext, 'config'>,
  given: string,
  name: string,
): Promise<Schema> {
  const { store, set } = await findSet(context, given)
  const { databases } = await readManifest(store, set)
  const known = databases.find(entry => entry.name === name)
  // It throws what there is to say when there is none of the name.
  const [entry] = known ? [known] : selectMembers(databases, { db: [name] }, RULES)
  if (entry?.object === undefined) {
    throw new UsageError('not-in-set', `nothing of ${name} is in ${store.locate(set)}`, {
      hint: 'Compare with an earlier set.',
    })
  }
  const { object } = entry
  const keys = await keysOf(context, { store, set }, [entry], {})
  try {
    const pieces = readObject(store, objectPlace(set, object), object, keys)
    if (object.format === 'image') return await schemaOfImage(pieces)
    return await schemaOf(await schemaStatements(pieces))
  } catch (error) {
    const why = reportError(error)
    throw new UsageError(why.code, `${name} in ${store.locate(set)}: ${why.message}`, {
      cause: error,
      ...(why.hint !== undefined && { hint: why.hint }),
    })
  }
}

const RULES = { changing: false, whole: 'set' } as const

async function schemaOf(statements: readonly string[]): Promise<Schema> {
  const isForeign = statements.some(sql => needsLibsql(sql) !== undefined)
  const engine = isForeign ? 'libsql' : await defaultEngine()
  return withEmptyScratch(engine, undefined, async ({ db }) => {
    await db.run('PRAGMA synchronous = off')
    for (const sql of statements) await db.run(sql)
    return parseSchema(await readSchemaRows(db))
  })
}
