import { existsSync } from 'node:fs'
import { UsageError } from '../../errors/usage-error.js'
import type { Migration } from '../../migrate/migration.js'
import { preflight } from '../../migrate/preflight.js'
import { reportError } from '../../report/error-report.js'
import { type Difference, findDifferences } from '../../schema/find-differences.js'
import { ownSchema } from '../../schema/own-schema.js'
import type { Schema } from '../../schema/schema.js'
import { replayEngine } from '../schemas/expected-schemas.js'
import { type ReplayProblem, replayMigrations } from '../schemas/replay-migrations.js'
import { schemaFileOf } from '../schemas/schema-file-of.js'
import { schemaOfSql } from '../schemas/schema-of-sql.js'
import { discoveriesOf } from './error-discoveries.js'
import type { Discovery } from './finding-list.js'
import type { Trial } from './trial.js'

/**
 * Runs migrations on scratch databases: whether they parse, apply to an empty database, can be taken
 * back, and make what `schema.sql` says.
 *
 * @param ignore names of objects that are no part of the schema
 */
export async function tryMigrations(
  directory: string,
  migrations: readonly Migration[],
  ignore: readonly string[],
): Promise<Trial> {
  const { broken, discoveries } = await findBroken(migrations)
  const sound = broken ?? migrations.length
  const engine = await replayEngine(migrations)
  const { schemas, problems } = await replayMigrations(migrations.slice(0, sound), {
    engine,
    ignore,
    reversing: true,
  })
  discoveries.push(...problems.map(discoveryOf))
  const expected = schemas[migrations.length]
  if (expected !== undefined) {
    discoveries.push(...(await compareSchemaFile(schemaFileOf(directory), expected, ignore)))
  }
  return { engine, schemas, sound, discoveries }
}

/** The file need not be there; where it is, it must be true. */
async function compareSchemaFile(
  file: string,
  expected: Schema,
  ignore: readonly string[],
): Promise<Discovery[]> {
  if (!existsSync(file)) return []
  const stale = (why: string, line?: number): Discovery[] => [
    {
      code: 'schema-stale',
      severity: 'error',
      message: `schema.sql is not what the migrations make: ${why}`,
      file,
      ...(line !== undefined && { line }),
      hint: 'Delete it and run `dbfleet up`, which writes it anew.',
    },
  ]
  try {
    const differences = findDifferences(ownSchema(await schemaOfSql(file), ignore), expected)
    return differences.length === 0 ? [] : stale(differences.map(differenceText).join(', '))
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    const line = /^schema\.sql:(\d+): /.exec(error.message)?.[1]
    return stale(error.message, line === undefined ? undefined : Number(line))
  }
}

/** The number of the first migration that would be refused before it ran, and all that would be. */
async function findBroken(
  migrations: readonly Migration[],
): Promise<{ broken: number | undefined; discoveries: Discovery[] }> {
  let broken: number | undefined
  const discoveries: Discovery[] = []
  for (const [index, migration] of migrations.entries()) {
    for (const direction of ['up', 'down'] as const) {
      try {
        await preflight([migration], [direction])
      } catch (error) {
        if (!(error instanceof UsageError)) throw error
        // A missing down is another finding.
        if (error.code === 'down-missing') continue
        if (direction === 'up') broken ??= index
        discoveries.push(...discoveriesOf(reportError(error), migration.file))
      }
    }
  }
  return { broken, discoveries }
}

const MESSAGES: Record<ReplayProblem['code'], (name: string) => string> = {
  'up-fails': name => `${name} does not apply to an empty database`,
  'down-fails': name => `the down of ${name} fails`,
  'down-incomplete': name => `the down of ${name} does not restore the schema before it`,
  'view-broken': name => `${name} leaves a view that cannot be read`,
  'up-not-repeatable': name => `${name} does not give the same schema after up, down and up`,
}

const HINTS: Record<ReplayProblem['code'], string> = {
  'up-fails': 'Mend it; it has to work where there are no rows.',
  'down-fails': 'Mend the down.',
  'down-incomplete': 'Write a down that takes back everything that the up does, and nothing else.',
  'view-broken': 'Drop the view, or make it again, in the same migration.',
  'up-not-repeatable': 'Write a down that takes back everything that the up does.',
}

function discoveryOf({ migration, code, error, differences }: ReplayProblem): Discovery {
  const isUp = !code.startsWith('down-')
  const file = isUp ? migration.file : (migration.downFile ?? migration.file)
  const why = error?.message ?? differences?.map(differenceText).join(', ') ?? ''
  const line = /\.sql:(\d+): /.exec(error?.message ?? '')?.[1]
  return {
    code,
    severity: 'error',
    message: `${MESSAGES[code](migration.name)}: ${why}`,
    file,
    ...(line !== undefined && { line: Number(line) }),
    hint: HINTS[code],
  }
}

function differenceText({ how, subject, detail }: Difference): string {
  if (how === 'lacks') return `${subject} is missing`
  if (how === 'has') return `${subject} is left over`
  return detail === undefined ? `${subject} is another` : `${subject}: ${detail}`
}
