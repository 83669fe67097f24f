import { DbfleetError } from '../errors/dbfleet-error.js'
import type { RowPage, SqlValue } from './database.js'

const MOST_ROWS = 1_000
/** About so many bytes, in one row more than that. */
const MOST_BYTES = 1 << 20

/** Gathers rows into pages that are small in memory; at least one page, so that columns are known. */
export function* inPages(columns: string[], rows: Iterable<SqlValue[]>): Generator<RowPage> {
  let page: SqlValue[][] = []
  let bytes = 0
  let isFirst = true
  for (const row of rows) {
    if (page.length === MOST_ROWS || bytes >= MOST_BYTES) {
      yield { columns, rows: page }
      isFirst = false
      page = []
      bytes = 0
    }
    page.push(row)
    bytes += sizeOf(row)
  }
  if (isFirst || page.length > 0) yield { columns, rows: page }
}

/** Roughly what a row takes in memory, in bytes. */
export function sizeOf(row: readonly SqlValue[]): number {
  let bytes = 0
  for (const value of row) {
    bytes += 16 + (typeof value === 'string' || value instanceof Uint8Array ? value.length : 0)
  }
  return bytes
}

/** The engine says of a statement that it does more than give rows. */
export function notReadOnly(): DbfleetError {
  return new DbfleetError('not-read-only', 'the statement does not only read, or gives no rows', {
    hint: 'It was not run. What changes databases is a migration: `dbfleet new <name>`.',
  })
}

/** A statement got another number of values than it has parameters. */
export function wrongParameters(cause: unknown): DbfleetError {
  const why = cause instanceof Error ? cause.message.toLowerCase() : String(cause)
  return new DbfleetError(
    'bad-parameters',
    `the values do not match the statement's parameters: ${why}`,
    {
      hint: 'Each `?` of the statement takes one --param, in their order.',
      cause,
    },
  )
}
