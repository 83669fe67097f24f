import { copyFile, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import type { ForeignMigration, ForeignTool, ToolName } from '../../adopt/foreign-tool.js'
import { recogniseDirectory } from '../../adopt/recognise-directory.js'
import { ignoreMissing } from '../../database/place-file.js'
import { UsageError } from '../../errors/usage-error.js'
import { loadMigrations } from '../../migrate/load-migrations.js'
import type { Migration } from '../../migrate/migration.js'
import { preflight } from '../../migrate/preflight.js'
import type { ImportedMigration, ImportReport } from '../../report/adopt-rows.js'
import { splitStatements } from '../../sql/split-statements.js'
import { readSourceFiles } from './read-source-files.js'

/** What an import would write, and what the migrations are then. */
export interface PlannedImport {
  report: ImportReport
  /** All migrations: those that were there, and the new ones. */
  migrations: Migration[]
  /** Texts of the files that are not there yet, by name. */
  missing: ReadonlyMap<string, string>
}

/**
 * Reads a directory of another tool and finds out what its migrations become. Writes nothing.
 *
 * @param to the directory of dbfleet's own migrations; it may be missing
 * @throws UsageError `import-failed`, `import-taken`, or what is wrong with the new migrations
 */
export async function planImport(
  directory: string,
  { to, from }: { to: string; from: ToolName | undefined },
): Promise<PlannedImport> {
  const source = resolve(directory)
  const files = await readSourceFiles(source)
  const tool = await recogniseDirectory(source, files, from)
  if ((await pathOf(source)) === (await pathOf(to))) throw sameDirectory(source, tool)
  const { migrations: foreign, byHand } = await tool.importFrom(files)
  if (foreign.length + byHand.length === 0) {
    throw new UsageError('import-failed', `${source} holds no migrations of ${tool.title}`, {
      hint: 'Nothing was written. Name the directory that holds the files themselves.',
    })
  }
  const existing = await entriesOf(to)
  const { missing, kept } = await compareWith(to, existing, foreign)
  const migrations = await tryOut(to, existing, missing)
  const origins = new Map(foreign.map(({ name, from }) => [name, join(source, from)]))
  const planned = migrations.map(each => whereItIsNow(each, missing, origins))
  await refuseUnsound(planned.filter(({ name }) => origins.has(name)))
  return {
    report: {
      tool: tool.name,
      from: source,
      to,
      migrations: [...foreign]
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map(each => imported(each, kept)),
      byHand,
    },
    migrations: planned,
    missing,
  }
}

/** A module that is not written yet runs where it is, and finds what it imports there. */
function whereItIsNow(
  migration: Migration,
  missing: ReadonlyMap<string, string>,
  origins: ReadonlyMap<string, string>,
): Migration {
  const origin = origins.get(migration.name)
  const isMoved = migration.kind === 'module' && missing.has(basename(migration.file))
  return isMoved && origin !== undefined ? { ...migration, file: origin } : migration
}

async function refuseUnsound(migrations: readonly Migration[]): Promise<void> {
  try {
    await preflight(migrations, ['up'])
  } catch (error) {
    throw unfit(error, message => message)
  }
}

/** What is wrong with the migrations, said to who imports them. */
function unfit(error: unknown, told: (message: string) => string): unknown {
  if (!(error instanceof UsageError)) return error
  return new UsageError(error.code, told(error.message), {
    hint: 'Nothing was written. Mend the files of the other tool, and import again.',
    cause: error,
  })
}

/** What is in the directory of dbfleet's migrations, which has to be sound before more is added. */
async function entriesOf(to: string): Promise<string[]> {
  const entries = (await readdir(to).catch(ignoreMissing)) ?? []
  if (entries.length > 0) await loadMigrations(to)
  return entries
}

function imported(
  { from, name, files }: ForeignMigration,
  kept: ReadonlySet<string>,
): ImportedMigration {
  const names = files.map(({ ending }) => name + ending)
  return {
    from,
    name,
    files: names,
    kept: names.every(file => kept.has(file)),
    // What a module can do only running it would tell.
    reversible: files.some(({ ending }) => ending !== '.up.sql'),
  }
}

/** Which files are not there yet, and which are there with the very text. */
async function compareWith(
  to: string,
  existing: readonly string[],
  foreign: readonly ForeignMigration[],
): Promise<{ missing: Map<string, string>; kept: Set<string> }> {
  const present = new Set(existing)
  const missing = new Map<string, string>()
  const kept = new Set<string>()
  const taken: string[] = []
  for (const { from, name, files } of foreign) {
    if (/[/\\\0]/.test(name)) throw unnameable(from, name)
    for (const { ending, text: given } of files) {
      const file = name + ending
      const text = ending === '.up.sql' ? withStatement(given) : given
      if (missing.has(file)) throw twice(name, foreign)
      if (!present.has(file)) missing.set(file, text)
      else if ((await readFile(join(to, file), 'utf8')) === text) kept.add(file)
      else taken.push(file)
    }
  }
  if (taken.length > 0) {
    throw new UsageError(
      'import-taken',
      `${to} has files of these names already, with other texts: ${taken.join(', ')}`,
      { hint: 'Nothing was written. Move them away, or import into another directory.' },
    )
  }
  return { missing, kept }
}

/** A migration without a statement is refused by `up`; one of another tool may have been applied. */
function withStatement(text: string): string {
  return splitStatements(text).length > 0 ? text : `${text}SELECT 1; -- It did nothing.\n`
}

/** Loads what the directory would be, elsewhere; what is wrong is told with the names that it gets. */
async function tryOut(
  to: string,
  existing: readonly string[],
  missing: ReadonlyMap<string, string>,
): Promise<Migration[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'dbfleet-import-'))
  const renamed = (text: string) => text.replaceAll(scratch, to)
  try {
    for (const file of existing) {
      await copyFile(join(to, file), join(scratch, file)).catch(ignoreDirectory)
    }
    for (const [file, text] of missing) await writeFile(join(scratch, file), text)
    const migrations = await loadMigrations(scratch)
    return migrations.map(({ downFile, ...migration }) => ({
      ...migration,
      file: renamed(migration.file),
      ...(downFile !== undefined && { downFile: renamed(downFile) }),
    }))
  } catch (error) {
    if (error instanceof UsageError) throw unfit(error, renamed)
    throw new UsageError('import-failed', renamed((error as Error).message), {
      hint: 'Nothing was written. Rename the file if its name is too long; else look at the disk.',
      cause: error,
    })
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

function ignoreDirectory({ code }: NodeJS.ErrnoException): void {
  if (code !== 'EISDIR' && code !== 'ENOTSUP' && code !== 'ENOENT') {
    throw new UsageError('import-failed', `the migrations directory cannot be read (${code})`)
  }
}

async function pathOf(directory: string): Promise<string | undefined> {
  return realpath(directory).catch(ignoreMissing)
}

function sameDirectory(source: string, { title }: ForeignTool): UsageError {
  return new UsageError('import-failed', `${source} is dbfleet's own directory of migrations`, {
    hint: `Nothing was written. Move ${title}'s files elsewhere, such as to ${basename(source)}-of-before; those that dbfleet reads as they are need no import.`,
  })
}

function unnameable(from: string, name: string): UsageError {
  return new UsageError('import-failed', `${from} would become ${JSON.stringify(name)}`, {
    hint: 'Nothing was written. A migration is a file of its directory; rename that one.',
  })
}

function twice(name: string, foreign: readonly ForeignMigration[]): UsageError {
  const files = foreign.filter(each => each.name === name).map(({ from }) => from)
  return new UsageError('import-failed', `${files.join(' and ')} would both become ${name}`, {
    hint: 'Nothing was written. Rename one of them.',
  })
}
