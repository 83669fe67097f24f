import type { TransactionOptions } from '../database.js'
import type { Violations } from '../foreign-keys.js'
import { type HranaStatement, type HranaStep, toHrana } from './hrana.js'

/** How many steps `atomically` puts before the statements. */
export const BEFORE_STATEMENTS = 2

/** A number that SQLite cannot negate: its `abs` is an error, and ends the statement. */
export const FAIL = 'abs(-9223372036854775808)'

/**
 * One transaction as one batch: each step runs if the one before was done, and what is left open
 * then is rolled back. After the statements comes a step that fails where a foreign key is violated.
 */
export function atomically(
  statements: readonly HranaStatement[],
  foreignKeys: TransactionOptions['foreignKeys'],
): HranaStep[] {
  const chain: HranaStatement[] = [
    { sql: `PRAGMA foreign_keys = ${foreignKeys}` },
    { sql: 'BEGIN IMMEDIATE' },
    ...statements,
    refuseNewViolationsStep(new Map()).stmt,
    { sql: 'COMMIT' },
  ]
  const steps = chain.map(
    (stmt, index): HranaStep =>
      index === 0 ? { stmt } : { stmt, condition: { type: 'ok', step: index - 1 } },
  )
  const committed = { type: 'ok', step: steps.length - 1 } as const
  steps.push({ stmt: { sql: 'ROLLBACK' }, condition: { type: 'not', cond: committed } })
  return steps
}

/** Fails when there are more foreign-key violations, of any two tables, than there were before. */
export function refuseNewViolationsStep(before: Violations): HranaStep {
  const known = JSON.stringify(Object.fromEntries(before))
  return {
    stmt: {
      sql: `SELECT ${FAIL} FROM (
          SELECT "table" || ' → ' || "parent" AS pair, count(*) AS n
          FROM pragma_foreign_key_check GROUP BY 1
        ) WHERE n > coalesce((SELECT value FROM json_each(?) WHERE key = pair), 0)`,
      args: [toHrana(known)],
      want_rows: false,
    },
  }
}
