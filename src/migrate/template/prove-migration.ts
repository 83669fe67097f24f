import type { Database, SqlRunner } from '../../database/database.js'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import { UsageError } from '../../errors/usage-error.js'
import { splitStatements } from '../../sql/split-statements.js'
import { meaningfulTokens } from '../../sql/tokens.js'

/**
 * Runs a migration up and down on a scratch database, which is left as it was, and compares the
 * schema afterwards with the schema before. Comments and white space don't count.
 *
 * @param database opened for writing, at the schema that the migration starts from
 * @throws UsageError `migration-unproven` with the statement that failed, or what differs
 */
export async function proveMigration(
  database: Database,
  { up, down }: { up: string; down: string },
): Promise<void> {
  const transaction = await database.begin({ foreignKeys: 'off' })
  try {
    const before = await readSchema(transaction)
    await runAll(transaction, up, 'up')
    await runAll(transaction, down, 'down')
    refuseDifference(before, await readSchema(transaction))
  } finally {
    await transaction.rollback()
  }
}

async function runAll(runner: SqlRunner, text: string, direction: 'up' | 'down'): Promise<void> {
  for (const { sql, line } of splitStatements(text)) {
    try {
      await runner.run(sql)
    } catch (error) {
      if (!(error instanceof DbfleetError)) throw error
      const statement = sql.replace(/\s+/g, ' ').slice(0, 100)
      const message = `line ${line} of the ${direction} would fail: ${error.message} (${statement})`
      throw new UsageError('migration-unproven', message, {
        hint: 'Nothing was written. Change the template so that SQLite can do this.',
        cause: error,
      })
    }
  }
}

/** Normalised text by kind and name. What SQLite makes for itself is not part of it. */
async function readSchema(runner: SqlRunner): Promise<ReadonlyMap<string, string>> {
  const rows = await runner.query(
    "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
  )
  return new Map(
    rows.map(({ type, name, sql }) => {
      const tokens = meaningfulTokens(String(sql)).map(({ text }) => text)
      return [`${type} ${name}`, tokens.join(' ')]
    }),
  )
}

function refuseDifference(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): void {
  const names = new Set([...before.keys(), ...after.keys()])
  const differing = [...names].filter(name => before.get(name) !== after.get(name))
  if (differing.length === 0) return
  const message = `the down does not restore the schema: ${differing.join(', ')} would differ`
  throw new UsageError('migration-unproven', message, {
    hint: 'Nothing was written. Write a down that takes back everything that the up does.',
  })
}
