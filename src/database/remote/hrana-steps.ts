import type { Row, SqlValue } from '../database.js'
import {
  fromHrana,
  type HranaBatchResult,
  type HranaResult,
  type HranaStatement,
  type HranaStep,
  toHrana,
} from './hrana.js'
import { statementError } from './remote-error.js'

/** One statement as the protocol carries it. */
export function statement(sql: string, args: readonly SqlValue[]): HranaStatement {
  return { sql, args: args.map(toHrana) }
}

/** The same without its rows: what a statement that is run for its effect returns could be more than the server sends. */
export function withoutRows(sql: string, args: readonly SqlValue[]): HranaStatement {
  return { ...statement(sql, args), want_rows: false }
}

/** A step that always runs, for its effect. */
export function step(sql: string): HranaStep {
  return { stmt: { sql, want_rows: false } }
}

/** A step that runs if the one at `index` was done. */
export function after(index: number, stmt: string | HranaStatement): HranaStep {
  const { stmt: plain } = typeof stmt === 'string' ? step(stmt) : { stmt }
  return { stmt: plain, condition: { type: 'ok', step: index } }
}

/** @throws DbfleetError for the first step that failed */
export function refuseErrors(errors: HranaBatchResult['step_errors']): void {
  const error = errors.find(each => each !== null)
  if (error !== undefined && error !== null) throw statementError(error)
}

/** @throws DbfleetError for the first step that failed */
export function lastResult({ step_errors, step_results }: HranaBatchResult): HranaResult {
  refuseErrors(step_errors)
  return step_results.at(-1) as HranaResult
}

/** The rows as lists of values. */
export function* decoded({ rows }: HranaResult): Generator<SqlValue[]> {
  for (const row of rows) yield row.map(fromHrana)
}

/** The rows by column names. */
export function rowsOf({ cols, rows }: HranaResult): Row[] {
  return rows.map(row =>
    Object.fromEntries(row.map((value, i) => [cols[i]?.name ?? '', fromHrana(value)])),
  )
}
