import type { BatchStatement, SqlRunner } from '../database/database.js'
import { DbfleetError } from '../errors/dbfleet-error.js'

/** The table in each database of a shared fleet that keeps out whose lease has ended. */
export const GUARD_TABLE = 'dbfleet_guard'

/** A lease, as a database knows it. */
export interface Fence {
  /** Grows with every lease. */
  value: bigint
  /** Who has the lease, for people. */
  holder: string
}

/** The right to write to one database, for a while. */
export interface Lease {
  /** Asked under the write lock, or right before a request; throws when the lease has ended. */
  expectValid(): void
  /** Keeps out, in the database itself, whose lease was earlier. */
  fence?: Fence | undefined
}

const CREATE = `CREATE TABLE IF NOT EXISTS ${GUARD_TABLE} (
  id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  fence INTEGER NOT NULL,
  holder TEXT NOT NULL
)`
const RAISE = `INSERT INTO ${GUARD_TABLE} (id, fence, holder) VALUES (1, ?, ?)
  ON CONFLICT (id) DO UPDATE SET fence = excluded.fence, holder = excluded.holder
  WHERE excluded.fence > fence`
/** Fails when a later lease than this was here. */
const EXPECT = `SELECT abs(-9223372036854775808) WHERE ? < (SELECT fence FROM ${GUARD_TABLE})`

/** The statements that raise the guard; the last one fails when a later lease was here. */
export function guardStatements({ value, holder }: Fence): BatchStatement[] {
  return [{ sql: CREATE }, { sql: RAISE, args: [value, holder] }, { sql: EXPECT, args: [value] }]
}

/**
 * Raises the guard, under the write lock.
 *
 * @throws DbfleetError `lease-lost` when a later lease was here
 */
export async function raiseGuard(db: SqlRunner, { value, holder }: Fence): Promise<void> {
  await db.run(CREATE)
  await db.run(RAISE, [value, holder])
  const [row] = await db.query(`SELECT fence FROM ${GUARD_TABLE}`)
  if (BigInt(row?.fence as bigint) > value) throw laterLease()
}

export function laterLease(): DbfleetError {
  return new DbfleetError(
    'lease-lost',
    'another process has taken it over meanwhile, since this one was silent for too long',
    { hint: 'Nothing was written. What the other one did stands in its run.' },
  )
}
