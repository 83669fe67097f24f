import { isSyntaxError } from '../database/database-error.js'
import { defaultEngine } from '../database/engines.js'
import { createOpener } from '../database/open-database.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { UsageError } from '../errors/usage-error.js'
import { refusedByServer } from '../sql/refused-by-server.js'
import type { SqlStatement } from '../sql/split-statements.js'
import { refusedInTransaction, spansStatements } from '../sql/statement-facts.js'
import { fileOf } from './file-of.js'
import { importModule } from './import-module.js'
import type { Migration } from './migration.js'

type Direction = 'up' | 'down'

/**
 * Looks at the migrations that are about to run, before any database is touched: something to run
 * is there, SQL parses, modules load, and servers take what runs on them.
 *
 * @param runsOnServer true for the name of a migration that runs on a database of a server
 * @throws UsageError naming file, line and statement
 */
export async function preflight(
  migrations: readonly Migration[],
  directions: readonly Direction[],
  runsOnServer: (name: string) => boolean = () => false,
): Promise<void> {
  for (const migration of migrations) {
    for (const direction of directions) {
      await checkPresent(migration, direction)
      // First, for to what it finds there is no other way, such as running it outside a transaction.
      if (runsOnServer(migration.name)) checkServer(migration, direction)
      checkTransaction(migration, direction)
    }
  }
  await checkSyntax(migrations, directions)
}

async function checkPresent(migration: Migration, direction: Direction): Promise<void> {
  const { name, kind } = migration
  if (kind === 'module') {
    const module = await importModule(migration)
    if (direction === 'down' && module.down === undefined) {
      throw missingDown(`${migration.file} exports no function \`down\``, name)
    }
    return
  }
  if (direction === 'up') {
    if (migration.up.length > 0) return
    throw new UsageError('migration-empty', `${migration.file} holds no statement`, {
      hint: 'Nothing was touched. Write it, or delete the migration.',
    })
  }
  if (migration.down === undefined) throw missingDown(`${name}.down.sql does not exist`, name)
  if (migration.down.length === 0)
    throw missingDown(`${migration.downFile} holds no statement`, name)
}

function missingDown(reason: string, name: string): UsageError {
  return new UsageError('down-missing', `${name} cannot be reverted: ${reason}`, {
    hint: 'Nothing was reverted. Write the SQL that takes it back.',
  })
}

function checkTransaction(migration: Migration, direction: Direction): void {
  if (!migration.transaction) return
  for (const statement of migration[direction] ?? []) {
    const refused = refusedInTransaction(statement)
    // It has no effect, and none is needed: foreign keys are off, and checked before the commit.
    if (refused === undefined || refused === 'PRAGMA foreign_keys') continue
    throw new UsageError(
      'migration-invalid',
      `${fileOf(migration, direction)}:${statement.line}: ${refused} does not work in a transaction`,
      {
        hint: 'Nothing was touched. Put it into a migration of its own with `-- dbfleet: transaction=false` in its first line.',
      },
    )
  }
}

function checkServer(migration: Migration, direction: Direction): void {
  for (const statement of migration[direction] ?? []) {
    const place = `${fileOf(migration, direction)}:${statement.line}`
    if (!migration.transaction && spansStatements(statement)) {
      throw unsupportedByServer(
        place,
        `a server gets each statement of a migration without a transaction by itself, so that ${statement.words[0]} has no effect on the others`,
      )
    }
    const refused = refusedByServer(statement)
    if (refused === undefined) continue
    throw unsupportedByServer(place, `a server does not let its users run ${refused}`)
  }
}

/** @param place file and line */
export function unsupportedByServer(place: string, why: string): UsageError {
  return new UsageError('unsupported-sql', `${place}: ${why}`, {
    hint: 'Nothing was touched. Write the migration without it; docs/self-hosting.md lists what servers refuse.',
  })
}

async function checkSyntax(
  migrations: readonly Migration[],
  directions: readonly Direction[],
): Promise<void> {
  // What only libSQL understands is a syntax error to SQLite; its own engine will say.
  const checked = migrations.filter(({ kind, needsLibsql }) => kind === 'sql' && !needsLibsql)
  if (checked.length === 0) return
  const open = await createOpener(await defaultEngine())
  await using scratch = await open(
    { name: 'syntax check', path: ':memory:' },
    { mode: 'create', busyTimeoutMs: 0 },
  )
  for (const migration of checked) {
    for (const direction of directions) {
      const file = fileOf(migration, direction)
      for (const statement of migration[direction] ?? []) {
        try {
          await scratch.query(`EXPLAIN ${statement.sql}`)
        } catch (error) {
          if (error instanceof DbfleetError && isSyntaxError(error.message)) {
            throw syntaxError(error, file, statement)
          }
        }
      }
    }
  }
}

const MOST_LINES = 6
const LONGEST_LINE = 160

/** A text that does not end is a token as long as the rest of the file. */
function brief(text: string): string {
  const [line = ''] = text.split('\n')
  return line === text && line.length <= LONGEST_LINE ? text : `${line.slice(0, LONGEST_LINE)}…`
}

function syntaxError(error: DbfleetError, file: string, statement: SqlStatement): UsageError {
  const lines = statement.sql.trimEnd().replaceAll('\t', '  ').split('\n')
  const shown = lines.slice(0, MOST_LINES).map(line => `    ${brief(line)}`)
  if (lines.length > MOST_LINES) shown.push('    …')
  return new UsageError(
    'syntax',
    `${file}:${statement.line}: ${brief(error.message)}\n${shown.join('\n')}`,
    {
      hint: 'Nothing was touched. Mend the statement and run the same command again.',
      cause: error,
    },
  )
}
