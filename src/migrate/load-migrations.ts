import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { UsageError } from '../errors/usage-error.js'
import { splitStatements } from '../sql/split-statements.js'
import { isTransactionControl, needsLibsql } from '../sql/statement-facts.js'
import { checksum } from './checksum.js'
import type { Migration } from './migration.js'
import { parseHeader } from './migration-header.js'
import { moduleFeature } from './module-feature.js'
import { readMigrationText } from './read-migration-text.js'

const FILE = /^(\d+_.+?)(?:\.(up|down)\.sql|\.(ts|mts|js|mjs))$/
const NOT_MIGRATIONS = /^\.|^README|\.d\.m?ts$|^schema\.sql$/i

interface Files {
  up?: string
  down?: string
  module?: string
}

/**
 * Reads every migration of a directory, in name order, and refuses what could not be applied in a
 * sound way. Nothing is run; modules are not imported.
 *
 * @throws UsageError naming each file that is wrong: `migrations-missing`, `migration-invalid`
 */
export async function loadMigrations(directory: string): Promise<Migration[]> {
  const files = await listFiles(directory)
  const problems = [...files].flatMap(([name, found]) => problemsOf(name, found))
  problems.push(...sharedTimestamps([...files.keys()]))
  if (problems.length > 0) throw invalid(directory, problems)

  const loaded = await Promise.all([...files].map(([name, found]) => load(name, found)))
  const wrong = loaded.flatMap(({ problems }) => problems)
  if (wrong.length > 0) throw invalid(directory, wrong, LEAVE_IT_OUT)
  return loaded.map(({ migration }) => migration)
}

async function listFiles(directory: string): Promise<Map<string, Files>> {
  let entries: string[]
  try {
    entries = await readdir(directory)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const hint =
      code === 'ENOENT'
        ? 'Run `dbfleet init`, or set `migrations` in the configuration.'
        : 'Set `migrations` in the configuration to a directory that this user can read.'
    const message = `the migrations directory ${directory} ${why(code)}`
    throw new UsageError('migrations-missing', message, { hint, cause: error })
  }
  const files = new Map<string, Files>()
  for (const entry of entries.sort()) {
    if (NOT_MIGRATIONS.test(entry)) continue
    const match = FILE.exec(entry)
    if (match === null) {
      if (entry.endsWith('.sql') || /^\d.*\.m?[jt]s$/.test(entry)) throw badName(directory, entry)
      continue
    }
    const [, name = '', direction] = match
    const found = files.get(name) ?? {}
    if (direction === 'up' || direction === 'down') found[direction] = join(directory, entry)
    else if (found.module === undefined) found.module = join(directory, entry)
    else
      throw invalid(directory, [`${basename(found.module)} and ${entry} are one migration twice`])
    files.set(name, found)
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function why(code: string | undefined): string {
  if (code === 'ENOENT') return 'does not exist'
  return code === 'ENOTDIR' ? 'is not a directory' : `cannot be read (${code})`
}

/** Each problem begins with the name of a file. */
function problemsOf(name: string, { up, down, module }: Files): string[] {
  const sql = up ?? down
  if (module !== undefined && sql !== undefined) {
    return [`${basename(module)} and ${basename(sql)} are one migration twice`]
  }
  if (module === undefined && up === undefined) {
    return [`${name}.up.sql is missing, though ${name}.down.sql is there`]
  }
  return []
}

function sharedTimestamps(names: string[]): string[] {
  const byTimestamp = new Map<string, string[]>()
  for (const name of names) {
    const timestamp = name.slice(0, name.indexOf('_'))
    byTimestamp.set(timestamp, [...(byTimestamp.get(timestamp) ?? []), name])
  }
  return [...byTimestamp.values()]
    .filter(names => names.length > 1)
    .map(names => `${names.join(' and ')} have one timestamp; rename one of them`)
}

async function load(
  name: string,
  files: Files,
): Promise<{ migration: Migration; problems: string[] }> {
  const file = (files.module ?? files.up) as string
  const text = await readMigrationText(file)
  const { transaction, foreignKeys } = parseHeader(text, file)
  const base = { name, file, checksum: checksum(text), transaction, foreignKeys }
  if (files.module !== undefined) {
    const feature = moduleFeature(text)
    const migration = { ...base, kind: 'module' as const, up: [] }
    return { migration: feature ? { ...migration, needsLibsql: feature } : migration, problems: [] }
  }
  const migration: Migration = { ...base, kind: 'sql', up: splitStatements(text) }
  let feature = needsLibsql(text)
  if (files.down !== undefined) {
    const down = await readMigrationText(files.down)
    migration.downFile = files.down
    migration.down = splitStatements(down)
    feature ??= needsLibsql(down)
  }
  if (feature !== undefined) migration.needsLibsql = feature
  return { migration, problems: problemsIn(migration) }
}

function problemsIn({ name, up, down, transaction }: Migration): string[] {
  const problems: string[] = []
  if (!transaction) return problems
  for (const [ending, statements] of [
    ['up', up],
    ['down', down ?? []],
  ] as const) {
    for (const statement of statements.filter(isTransactionControl)) {
      problems.push(
        `${name}.${ending}.sql:${statement.line}: ${statement.words[0]} in a migration, which dbfleet runs in a transaction of its own`,
      )
    }
  }
  return problems
}

function badName(directory: string, entry: string): UsageError {
  return new UsageError(
    'migration-invalid',
    `${join(directory, entry)} is not named like a migration`,
    {
      hint: 'Name it <utc timestamp>_<name>.up.sql, .down.sql, .ts or .js; `dbfleet new` does. `dbfleet adopt --import` reads those of other tools.',
    },
  )
}

const MEND = 'Mend the files and run the same command again.'
const LEAVE_IT_OUT =
  'Leave it out, or begin the file with `-- dbfleet: transaction=false` to have no transaction around it.'

function invalid(directory: string, problems: readonly string[], hint = MEND): UsageError {
  const [only = ''] = problems
  const message =
    problems.length === 1
      ? join(directory, only)
      : [`${directory} has ${problems.length} problems:`, ...problems].join('\n')
  return new UsageError('migration-invalid', message, {
    hint: `Nothing was touched. ${hint}`,
  })
}
