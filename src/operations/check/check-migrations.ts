import { UsageError } from '../../errors/usage-error.js'
import { allowancesIn } from '../../lint/allowances.js'
import { lintMigration } from '../../lint/lint-migration.js'
import { loadMigrations } from '../../migrate/load-migrations.js'
import type { Migration } from '../../migrate/migration.js'
import { readMigrationText } from '../../migrate/read-migration-text.js'
import { reportError } from '../../report/error-report.js'
import { discoveriesOf } from './error-discoveries.js'
import type { Discovery, FindingList } from './finding-list.js'
import { hasDown } from './has-down.js'
import { recallTrial } from './recall-trial.js'
import type { Trial } from './trial.js'

/** The migrations of a repository, as far as they are sound. */
export interface CheckedMigrations extends Pick<Trial, 'engine' | 'schemas'> {
  migrations: Migration[]
  /** What rewrites tables: not among the findings yet, since the fleet tells how large they are. */
  rewrites: Discovery[]
}

/**
 * All that can be said of migrations without a database: whether they parse, apply to an empty
 * database, and can be taken back.
 *
 * @param root the directory of the project
 * @returns undefined when they could not be read
 * @throws UsageError when there is no such directory
 */
export async function checkMigrations(
  directory: string,
  findings: FindingList,
  { root, ignore, onServers }: { root: string; ignore: readonly string[]; onServers: boolean },
): Promise<CheckedMigrations | undefined> {
  const migrations = await loadSound(directory, findings)
  if (migrations === undefined) return undefined
  const trial = await recallTrial(root, { directory, migrations, ignore })
  for (const discovery of trial.discoveries) findings.add(discovery)
  const { engine, schemas, sound } = trial
  const rewrites: Discovery[] = []
  for (const [index, migration] of migrations.slice(0, sound).entries()) {
    const around = { before: schemas[index], after: schemas[index + 1], onServers }
    for (const discovery of await lint(migration, around)) {
      if (discovery.rewrites === undefined) findings.add(discovery)
      else rewrites.push(discovery)
    }
  }
  return { migrations, engine, schemas, rewrites }
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
