import type { Database, SqlRunner, Transaction } from '../database/database.js'
import type { AnyKysely } from '../database/kysely-on-transaction.js'
import type { DbfleetError } from '../errors/dbfleet-error.js'

/**
 * Where a migration's statements and its ledger row go: both to the same transaction, or both to
 * the bare connection. It is Umzug's context.
 */
export interface Session extends SqlRunner {
  kysely(): Promise<AnyKysely>
  /** Puts an engine's error in dbfleet's words. */
  translate(error: unknown): DbfleetError
  /** When the running migration began, in milliseconds of `performance.now()`. */
  startedAt: number
}

/** A session on `transaction`, or on the connection itself where there is none. */
export function createSession(db: Database, transaction: Transaction | undefined): Session {
  const runner = transaction ?? db
  return {
    query: (sql, args) => runner.query(sql, args),
    run: (sql, args) => runner.run(sql, args),
    kysely: () => runner.kysely(),
    translate: error => db.translate(error),
    startedAt: performance.now(),
  }
}
