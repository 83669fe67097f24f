import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { sqliteStamp } from '../../database/sqlite-stamp.js'
import type { Migration } from '../../migrate/migration.js'
import { EMPTY_SCHEMA, type Schema } from '../../schema/schema.js'
import { version } from '../../version.js'
import { schemaFileOf } from '../schemas/schema-file-of.js'
import { MemoryFile } from './memory-file.js'
import type { Trial } from './trial.js'

interface Tried {
  /** Of the migrations. */
  directory: string
  migrations: readonly Migration[]
  /** Names of objects that are no part of the schema. */
  ignore: readonly string[]
}

/** As it is kept in a file: each object of a schema once, since most stay through many migrations. */
interface Kept {
  key: string
  parts: unknown[]
  schemas: { [list in keyof Schema]: number[] }[]
}

const LISTS = Object.keys(EMPTY_SCHEMA) as (keyof Schema)[]

/**
 * What running migrations on scratch databases shows. Where nothing was wrong with them, that is
 * remembered until something of it changes, with what they made.
 *
 * @param root the directory of the project
 */
export async function recallTrial(root: string, tried: Tried): Promise<Trial> {
  const key = keyOf(tried)
  const file = new MemoryFile(root, 'migrations')
  const sound = tried.migrations.length
  const schemas = key === undefined ? undefined : schemasIn(file.read(), key, sound + 1)
  if (schemas !== undefined) return { engine: 'better-sqlite3', schemas, sound, discoveries: [] }
  // Loaded here, with an engine and Umzug, since a second check needs neither.
  const { tryMigrations } = await import('./try-migrations.js')
  const trial = await tryMigrations(tried.directory, tried.migrations, tried.ignore)
  const isClean = trial.discoveries.length === 0 && trial.engine === 'better-sqlite3'
  // `schema.sql` is read once for the key and once to be compared.
  if (key !== undefined && isClean && key === keyOf(tried)) file.write(kept(key, trial.schemas))
  return trial
}

/**
 * Equal only where the outcome is; undefined where that cannot be told: the code of modules may
 * depend on anything.
 */
function keyOf({ directory, migrations, ignore }: Tried): string | undefined {
  const engine = sqliteStamp()
  const isTold = migrations.every(({ kind, needsLibsql }) => kind === 'sql' && !needsLibsql)
  if (engine === undefined || !isTold || process.env.DBFLEET_ENGINE === 'libsql') return undefined
  const file = schemaFileOf(directory)
  const schemaFile = existsSync(file) ? readFileSync(file, 'base64') : null
  const all = JSON.stringify([version, engine, ignore, schemaFile, migrations])
  return createHash('sha256').update(all).digest('base64')
}

function kept(key: string, schemas: readonly Schema[]): Kept {
  const numbers = new Map<string, number>()
  const numberOf = (part: object): number => {
    const text = JSON.stringify(part)
    const number = numbers.get(text) ?? numbers.size
    numbers.set(text, number)
    return number
  }
  const numbered = schemas.map(
    schema =>
      Object.fromEntries(
        LISTS.map(list => [list, schema[list].map(numberOf)]),
      ) as Kept['schemas'][number],
  )
  return { key, parts: [...numbers.keys()].map(text => JSON.parse(text)), schemas: numbered }
}

/** The schemas that are kept under a key; undefined when they are not there, or not whole. */
function schemasIn(value: unknown, key: string, count: number): Schema[] | undefined {
  const { key: of, parts, schemas } = (value ?? {}) as Partial<Kept>
  if (of !== key || !Array.isArray(parts) || !Array.isArray(schemas)) return undefined
  const isWhole = schemas.every(numbered =>
    LISTS.every(list => numbered?.[list]?.every(number => parts[number] instanceof Object)),
  )
  if (!isWhole || schemas.length !== count) return undefined
  return schemas.map(
    numbered =>
      Object.fromEntries(
        LISTS.map(list => [list, numbered[list].map(number => parts[number])]),
      ) as unknown as Schema,
  )
}
