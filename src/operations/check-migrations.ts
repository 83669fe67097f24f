import { existsSync } from 'node:fs'
import { UsageError } from '../errors/usage-error.js'
import { allowancesIn } from '../lint/allowances.js'
import { lintMigration } from '../lint/lint-migration.js'
import { loadMigrations } from '../migrate/load-migrations.js'
import type { Migration } from '../migrate/migration.js'
import { preflight } from '../migrate/preflight.js'
import { readMigrationText } from '../migrate/read-migration-text.js'
import { reportError } from '../report/error-report.js'
import { type Difference, findDifferences } from '../schema/find-differences.js'
import { ownSchema } from '../schema/own-schema.js'
import type { Schema } from '../schema/schema.js'
import { discoveriesOf } from './error-discoveries.js'
import { replayEngine } from './expected-schemas.js'
import type { Discovery, FindingList } from './finding-list.js'
import { hasDown, type Replay, type ReplayProblem, replayMigrations } from './replay-migrations.js'
import { schemaFileOf } from './schema-file.js'
import { schemaOfSql } from './schema-of-sql.js'

/** The migrations of a repository, as far as they are sound. */
export interface CheckedMigrations {
  migrations: Migration[]
  replay: Replay
  /** What rewrites tables: not among the findings yet, since the fleet tells how large they are. */
  rewrites: Discovery[]
}

/**
 * All that can be said of migrations without a database: whether they parse, apply to an empty
 * database, and can be taken back.
 *
 * @returns undefined when they could not be read
 * @throws UsageError when there is no such directory
 */
export async function checkMigrations(
  directory: string,
  findings: FindingList,
  { ignore, onServers }: { ignore: readonly string[]; onServers: boolean },
): Promise<CheckedMigrations | undefined> {
  const migrations = await loadSound(directory, findings)
  if (migrations === undefined) return undefined
  const broken = await firstBroken(migrations, findings)
  const sound = broken === undefined ? migrations : migrations.slice(0, broken)
  const engine = await replayEngine(migrations)
  const replay = await replayMigrations(sound, { engine, ignore, reversing: true })
  for (const problem of replay.problems) reportProblem(problem, findings)
  const rewrites: Discovery[] = []
  for (const [index, migration] of sound.entries()) {
    const { schemas } = replay
    const around = { before: schemas[index], after: schemas[index + 1], onServers }
    for (const discovery of await lint(migration, around)) {
      if (discovery.rewrites === undefined) findings.add(discovery)
      else rewrites.push(discovery)
    }
  }
  await checkSchemaFile(
    schemaFileOf(directory),
    replay.schemas[migrations.length],
    ignore,
    findings,
  )
  return { migrations, replay, rewrites }
}

/** The file need not be there; where it is, it must be true. */
async function checkSchemaFile(
  file: string,
  expected: Schema | undefined,
  ignore: readonly string[],
  findings: FindingList,
): Promise<void> {
  if (expected === undefined || !existsSync(file)) return
  const stale = (why: string, line?: number) =>
    findings.add({
      code: 'schema-stale',
      severity: 'error',
      message: `schema.sql is not what the migrations make: ${why}`,
      file,
      ...(line !== undefined && { line }),
      hint: 'Delete it and run `dbfleet up`, which writes it anew.',
    })
  try {
    const differences = findDifferences(ownSchema(await schemaOfSql(file), ignore), expected)
    if (differences.length > 0) stale(differences.map(differenceText).join(', '))
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    const line = /^schema\.sql:(\d+): /.exec(error.message)?.[1]
    stale(error.message, line === undefined ? undefined : Number(line))
  }
}

/** What the rules find in a migration, but for what it allows itself. */
async function lint(
  migration: Migration,
  around: Parameters<typeof lintMigration>[1],
): Promise<Discovery[]> {
  const { name, kind, file, downFile } = migration
  const allowed = allowancesIn(await readMigrationText(file), kind)
  const allowedDown =
    downFile === undefined ? allowed : allowancesIn(await readMigrationText(downFile), kind)
  const discoveries: Discovery[] = lintMigration(migration, around)
  if (!(await hasDown(migration))) discoveries.push(withoutDown(migration))
  return discoveries
    .filter(
      ({ code, file: place }) =>
        !allowed.has(code) && !(place === downFile && allowedDown.has(code)),
    )
    .map(discovery => ({ ...discovery, migration: name }))
}

function withoutDown({ name, file }: Migration): Discovery {
  return {
    code: 'no-down',
    severity: 'warning',
    message: `${name} cannot be reverted: it has no down`,
    file,
    hint: 'Write the SQL that takes it back, or allow it where there is none.',
  }
}

async function loadSound(
  directory: string,
  findings: FindingList,
): Promise<Migration[] | undefined> {
  try {
    return await loadMigrations(directory)
  } catch (error) {
    if (!(error instanceof UsageError) || error.code === 'migrations-missing') throw error
    for (const discovery of discoveriesOf(reportError(error), directory)) findings.add(discovery)
    return undefined
  }
}

/** The number of the first migration that would be refused before it ran. */
async function firstBroken(
  migrations: readonly Migration[],
  findings: FindingList,
): Promise<number | undefined> {
  let first: number | undefined
  for (const [index, migration] of migrations.entries()) {
    for (const direction of ['up', 'down'] as const) {
      try {
        await preflight([migration], [direction])
      } catch (error) {
        if (!(error instanceof UsageError)) throw error
        // A missing down is another finding.
        if (error.code === 'down-missing') continue
        if (direction === 'up') first ??= index
        for (const discovery of discoveriesOf(reportError(error), migration.file)) {
          findings.add(discovery)
        }
      }
    }
  }
  return first
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

function reportProblem(
  { migration, code, error, differences }: ReplayProblem,
  findings: FindingList,
): void {
  const isUp = !code.startsWith('down-')
  const file = isUp ? migration.file : (migration.downFile ?? migration.file)
  const why = error?.message ?? differences?.map(differenceText).join(', ') ?? ''
  const line = /\.sql:(\d+): /.exec(error?.message ?? '')?.[1]
  findings.add({
    code,
    severity: 'error',
    message: `${MESSAGES[code](migration.name)}: ${why}`,
    file,
    ...(line !== undefined && { line: Number(line) }),
    hint: HINTS[code],
  })
}

function differenceText({ how, subject, detail }: Difference): string {
  if (how === 'lacks') return `${subject} is missing`
  if (how === 'has') return `${subject} is left over`
  return detail === undefined ? `${subject} is another` : `${subject}: ${detail}`
}
