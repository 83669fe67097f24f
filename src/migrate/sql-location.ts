import { basename } from 'node:path'
import { DbfleetError } from '../errors/dbfleet-error.js'
import type { SqlStatement } from '../sql/split-statements.js'

/** Adds where it happened, file and line and the statement's start, to an engine's error. */
export function locateError(error: unknown, file: string, statement: SqlStatement): DbfleetError {
  const known =
    error instanceof DbfleetError
      ? error
      : new DbfleetError('bug', error instanceof Error ? error.message : String(error))
  const where = `${basename(file)}:${statement.line}`
  const options = known.hint === undefined ? {} : { hint: known.hint }
  return new DbfleetError(known.code, `${known.message} (${where}: ${excerpt(statement.sql)})`, {
    ...options,
    cause: error,
  })
}

function excerpt(sql: string): string {
  const line = sql.replace(/\s+/g, ' ')
  return line.length > 60 ? `${line.slice(0, 59)}…` : line
}
