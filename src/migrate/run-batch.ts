import type { Database } from '../database/database.js'
import { OutcomeUnknownError } from '../database/outcome-unknown-error.js'
import { StatementError } from '../database/statement-error.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { type BatchSession, createBatchSession } from './batch-session.js'
import { guardStatements, type Lease, laterLease } from './guard.js'
import { CREATE_LEDGER, EXPECT_LEDGER, type LedgerEntry, ledgerText, readLedger } from './ledger.js'
import type { Session } from './session.js'
import type { Step } from './steps.js'
import { wasRecorded } from './was-recorded.js'

/** Another run may change the ledger between its being read and the batch; seldom more than once. */
const ATTEMPTS = 4
/** Before the statements of the migrations: the ledger is made, and compared with what is expected. */
const LEDGER_GUARD = 1

interface BatchRun {
  step: Step
  /** What the ledger held when it was last read; it is read when that is unknown. */
  ledger: readonly LedgerEntry[] | undefined
  lease?: Lease | undefined
  /** True when a batch that is sent twice fails the second time, because it changes the ledger. */
  repeatable: boolean
  /** Gathers the statements; returns the migrations that they are of. */
  gather(session: Session, step: Step): Promise<{ name: string }[]>
}

/**
 * Runs a step as one request: its statements and its ledger rows are one transaction, which goes
 * through only if the ledger is what it was when the statements were gathered. So a batch can be
 * sent again when its answer was lost, and what another run did meanwhile is never done twice.
 *
 * @returns the names of the migrations that were run
 */
export async function runBatch(
  db: Database & Required<Pick<Database, 'batch'>>,
  { step, ledger: given, lease, repeatable, gather }: BatchRun,
): Promise<string[]> {
  let ledger = given ?? (await readLedger(db))
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const session = createBatchSession(db, ledger)
    const names = (await gather(session, step)).map(({ name }) => name)
    if (names.length === 0) return names
    const statements = [
      { sql: CREATE_LEDGER },
      { sql: EXPECT_LEDGER, args: [ledgerText(ledger)] },
      ...session.statements,
      ...(lease?.fence === undefined ? [] : guardStatements(lease.fence)),
    ]
    lease?.expectValid()
    try {
      await db.batch(statements, { foreignKeys: step.foreignKeys, repeatable })
      return names
    } catch (error) {
      if (isLateLease(error, lease, statements.length)) throw laterLease()
      const changed = error instanceof StatementError && error.index === LEDGER_GUARD
      if (!changed && !(error instanceof OutcomeUnknownError)) throw located(error, session)
      // It was changed by this very batch, if that was sent twice, and by another run otherwise.
      const maybeOurs = !changed || error.uncertain
      if (maybeOurs && (await wasRecorded(db, names, session.recorded))) return names
      if (!changed) throw error
      ledger = await readLedger(db)
    }
  }
  throw new DbfleetError('changed-meanwhile', 'another run goes on changing it', {
    hint: 'Nothing was changed. Run the same command again when the other one has ended.',
  })
}

/** The guard's last statement is the last of all. */
function isLateLease(error: unknown, lease: Lease | undefined, count: number): boolean {
  if (lease?.fence === undefined || !(error instanceof StatementError)) return false
  return error.index === count - 1
}

function located(error: unknown, session: BatchSession): unknown {
  if (!(error instanceof StatementError)) return error
  return session.locate(error.index - LEDGER_GUARD - 1, error.error)
}
