import type { Database, SqlRunner, SqlValue, Transaction } from '../database/database.js'
import type { AnyKysely } from '../database/kysely-on-transaction.js'
import type { DbfleetError } from '../errors/dbfleet-error.js'
import type { LedgerEntry } from './ledger.js'

/** Puts an error in dbfleet's words, with where it happened. */
export type Locate = (error: unknown) => DbfleetError

/**
 * Where a migration's statements and its ledger row go: both to the same transaction, or both to
 * the bare connection. It is Umzug's context.
 */
export interface Session extends SqlRunner {
  /**
   * Runs one statement for its effect, now or when the session's batch is sent.
   *
   * @param locate adds to an engine's error where the statement is from
   */
  run(sql: string, args?: readonly SqlValue[], locate?: Locate): Promise<void>
  /** What the ledger holds, where that is known without asking. */
  readonly ledger?: readonly LedgerEntry[]
  /** When each migration of this session was recorded, by name. */
  readonly recorded: Map<string, string>
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
    async run(sql, args, locate) {
      try {
        await runner.run(sql, args)
      } catch (error) {
        throw locate === undefined ? error : locate(error)
      }
    },
    kysely: () => runner.kysely(),
    translate: error => db.translate(error),
    startedAt: performance.now(),
    recorded: new Map(),
  }
}
