import type { BatchStatement, Database, SqlValue } from '../database/database.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import type { LedgerEntry } from './ledger.js'
import type { Locate, Session } from './session.js'

/** A session that runs nothing: it gathers statements, which are then sent as one batch. */
export interface BatchSession extends Session {
  readonly ledger: readonly LedgerEntry[]
  readonly statements: readonly BatchStatement[]
  /** Adds to the error of a statement where it is from. */
  locate(index: number, error: unknown): unknown
}

/** @param ledger what the database's ledger holds, as far as is known */
export function createBatchSession(db: Database, ledger: readonly LedgerEntry[]): BatchSession {
  const statements: BatchStatement[] = []
  const locations: (Locate | undefined)[] = []
  const impossible = () =>
    Promise.reject(new DbfleetError('bug', 'a batch cannot wait for the answer to a statement'))
  return {
    ledger,
    recorded: new Map(),
    statements,
    startedAt: performance.now(),
    async run(sql: string, args: readonly SqlValue[] = [], locate?: Locate) {
      statements.push({ sql, args })
      locations.push(locate)
    },
    locate: (index, error) => locations[index]?.(error) ?? error,
    query: impossible,
    kysely: impossible,
    translate: error => db.translate(error),
  }
}
