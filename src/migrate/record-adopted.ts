import type { BatchStatement, Database } from '../database/database.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { createLedger, type LedgerEntry, ledgerText, readLedger, recordApplied } from './ledger.js'
import { runBatch } from './run-batch.js'
import { createSession, type Session } from './session.js'
import type { Step } from './steps.js'
import { takesBatches } from './takes-batches.js'

interface Adoption {
  /** What the ledger is to hold, in name order; at least one. */
  entries: readonly LedgerEntry[]
  /** Statements that fail when the database is not what it was when this was decided. */
  guards: readonly BatchStatement[]
  /** dbfleet's version. */
  version: string
}

/**
 * Writes the ledger of a database that something else migrated, in one transaction, in which nothing
 * else is changed. A ledger that is there already and says the same is left as it is.
 *
 * @throws DbfleetError `changed-meanwhile` when the database is not what it was, or has a ledger by now
 */
export async function recordAdopted(db: Database, adoption: Adoption): Promise<void> {
  const { entries, guards, version } = adoption
  if (takesBatches(db)) {
    const migrations = entries.map(({ name }) => name)
    const step: Step = { migrations, transaction: true, foreignKeys: 'off' }
    const gather = async (session: Session) => {
      if (isWritten(session.ledger, entries)) return []
      for (const { sql, args } of guards) await session.run(sql, args, explained)
      await record(session, entries, version)
      return [...entries]
    }
    await runBatch(db, { step, ledger: [], repeatable: true, gather })
    return
  }
  const transaction = await db.begin({ foreignKeys: 'off' })
  try {
    const session = createSession(db, transaction)
    for (const { sql, args } of guards) {
      await session.query(sql, args).catch(error => {
        throw explained(error)
      })
    }
    await createLedger(session)
    if (!isWritten(await readLedger(session), entries)) await record(session, entries, version)
    await transaction.commit()
  } catch (error) {
    await transaction.rollback()
    throw error
  }
}

async function record(
  session: Session,
  entries: readonly LedgerEntry[],
  version: string,
): Promise<void> {
  for (const entry of entries) {
    const time = await recordApplied(session, entry, { durationMs: 0, version })
    session.recorded.set(entry.name, time)
  }
}

/** Another run may adopt the same database; what it wrote has to be what this one would. */
function isWritten(ledger: readonly LedgerEntry[] = [], entries: readonly LedgerEntry[]): boolean {
  if (ledger.length === 0) return false
  if (ledgerText(ledger) === ledgerText(entries)) return true
  throw changedMeanwhile('it has a ledger of dbfleet by now')
}

/** A guard fails by a computation that overflows; whatever else goes wrong is something else. */
function explained(error: unknown): DbfleetError {
  const known = error as DbfleetError
  if (!/integer overflow/i.test(known.message)) return known
  return changedMeanwhile('its schema or the ledger of the other tool changed')
}

function changedMeanwhile(why: string): DbfleetError {
  return new DbfleetError('changed-meanwhile', `something changed it meanwhile: ${why}`, {
    hint: 'Nothing was written. Let the other tool end, and run the same command again.',
  })
}
