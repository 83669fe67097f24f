import { asciiUpperCase } from './ascii-case.js'
import { pragmaOf } from './pragma.js'
import type { SqlStatement } from './split-statements.js'
import { meaningfulTokens } from './tokens.js'

export { needsLibsql } from './needs-libsql.js'

/** Pragmas that, given a value, fail inside a transaction or have no effect there. */
const settingsOutsideTransactions = new Set([
  'foreign_keys',
  'journal_mode',
  'synchronous',
  'temp_store',
])

/**
 * Whether a statement opens or ends a transaction: `BEGIN`, `COMMIT`, `END` and `ROLLBACK`. What
 * belongs to savepoints (`SAVEPOINT`, `RELEASE`, `ROLLBACK TO`) does not count.
 */
export function isTransactionControl(statement: SqlStatement): boolean {
  const verb = statement.words[0]
  if (verb === 'ROLLBACK') return !returnsToSavepoint(statement)
  return verb === 'BEGIN' || verb === 'COMMIT' || verb === 'END'
}

/** Whether a statement is about the transaction or the savepoint that others run in. */
export function spansStatements(statement: SqlStatement): boolean {
  const verb = statement.words[0] ?? ''
  return isTransactionControl(statement) || ['SAVEPOINT', 'RELEASE', 'ROLLBACK'].includes(verb)
}

/** `TO` is never a name, so it marks `ROLLBACK TRANSACTION "any name" TO SAVEPOINT s` as well. */
function returnsToSavepoint(statement: SqlStatement): boolean {
  return meaningfulTokens(statement.sql).some(
    ({ kind, text }) => kind === 'word' && asciiUpperCase(text) === 'TO',
  )
}

export function dropsTable(statement: SqlStatement): boolean {
  return statement.words[0] === 'DROP' && statement.words[1] === 'TABLE'
}

/**
 * The name of a statement that SQLite refuses or silently ignores inside a transaction, such as
 * `VACUUM` or `PRAGMA foreign_keys`; `undefined` for any other. Setting `journal_mode` counts
 * whatever the mode: SQLite refuses to enter or leave WAL, and no mode is rolled back. So does
 * setting `temp_store`, which SQLite refuses once a temporary table exists. Reading them is no
 * problem.
 */
export function refusedInTransaction(statement: SqlStatement): string | undefined {
  const verb = statement.words[0]
  if (verb === 'VACUUM' || verb === 'DETACH') return verb
  if (verb !== 'PRAGMA') return undefined
  const { name, isAssigned } = pragmaOf(statement)
  const isRefused = isAssigned && settingsOutsideTransactions.has(name)
  return isRefused || name === 'wal_checkpoint' ? `PRAGMA ${name}` : undefined
}
