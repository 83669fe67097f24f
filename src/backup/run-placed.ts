import type { Database, SqlRunner, Transaction } from '../database/database.js'
import { NeedsLibsqlError } from '../database/database-error.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { badDump } from './bad-dump.js'
import type { DumpAction, DumpCourse, PlacedSql } from './dump-course.js'
import { executableSql } from './executable-sql.js'

/**
 * Runs one statement of a dump.
 *
 * @throws DbfleetError `bad-dump` with its line for what the engine does not take
 */
export async function runPlaced(
  on: SqlRunner & Pick<Transaction, 'insertRows'>,
  { sql, line, rows }: PlacedSql & Pick<DumpAction, 'rows'>,
): Promise<void> {
  try {
    const text = executableSql(sql, line)
    if (rows === undefined) await on.run(text)
    else if (on.insertRows !== undefined) await on.insertRows(text, rows.columns, rows.values)
    else throw new DbfleetError('bug', 'values were read for an engine that takes text')
  } catch (error) {
    throw error instanceof DbfleetError ? refusedByEngine(error, line) : error
  }
}

/** @throws NeedsLibsqlError when the dump so far wants another engine than that of the database */
export function refuseForeign(
  { engine }: Pick<Database, 'engine'>,
  { foreign }: Pick<DumpCourse, 'foreign'>,
): void {
  if (engine === 'better-sqlite3' && foreign !== undefined) throw new NeedsLibsqlError(foreign)
}

/** What the engine has against a statement, with its place; what is wrong with the disk stays. */
function refusedByEngine(error: DbfleetError, line: number): DbfleetError {
  if (!['sql', 'syntax', 'constraint'].includes(error.code)) return error
  return badDump(line, error.message)
}
