import type { Row, SqlRunner } from '../database/database.js'
import { DbfleetError } from '../errors/dbfleet-error.js'

/** The table in each database that records which migrations were applied. */
export const LEDGER_TABLE = 'dbfleet_migrations'

/** One applied migration, as the ledger records it. */
export interface LedgerEntry {
  name: string
  checksum: string
}

export const CREATE_LEDGER = `CREATE TABLE IF NOT EXISTS ${LEDGER_TABLE} (
  name TEXT NOT NULL PRIMARY KEY,
  checksum TEXT NOT NULL,
  applied_at TEXT NOT NULL,
  duration_ms INTEGER NOT NULL,
  dbfleet_version TEXT NOT NULL
) WITHOUT ROWID`

// Columns are named, so that a ledger of a later version, which may have more, can be written to.
const INSERT = `INSERT INTO ${LEDGER_TABLE}
  (name, checksum, applied_at, duration_ms, dbfleet_version) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (name) DO NOTHING`

/**
 * The applied migrations in name order; empty when the database has no ledger yet.
 *
 * @throws DbfleetError `ledger-invalid` when a table of that name is not a ledger
 */
export async function readLedger(db: Pick<SqlRunner, 'query'>): Promise<LedgerEntry[]> {
  return (await findLedger(db)) ?? []
}

/**
 * The applied migrations in name order; undefined when the database has no ledger yet.
 *
 * @throws what `readLedger` throws
 */
export async function findLedger(db: Pick<SqlRunner, 'query'>): Promise<LedgerEntry[] | undefined> {
  try {
    const rows = await db.query(`SELECT name, checksum FROM ${LEDGER_TABLE} ORDER BY name`)
    return rows.map(entryOf)
  } catch (error) {
    if (!(error instanceof DbfleetError) || error.code !== 'sql') throw error
    if (error.message.includes(`no such table: ${LEDGER_TABLE}`)) return undefined
    throw new DbfleetError(
      'ledger-invalid',
      `the table ${LEDGER_TABLE} is not dbfleet's: ${error.message}`,
      {
        hint: `Rename that table; dbfleet keeps its ledger under the name ${LEDGER_TABLE}.`,
        cause: error,
      },
    )
  }
}

function entryOf({ name, checksum }: Row): LedgerEntry {
  if (typeof name === 'string' && typeof checksum === 'string') return { name, checksum }
  throw new DbfleetError('sql', 'it has a row without a name and a checksum as texts')
}

/** Fails when the ledger is not what it was; the one argument is what `ledgerText` makes of it. */
export const EXPECT_LEDGER = `SELECT abs(-9223372036854775808) WHERE ? <> (
  SELECT coalesce(group_concat(name || ' ' || checksum, char(10)), '')
  FROM (SELECT name, checksum FROM ${LEDGER_TABLE} ORDER BY name))`

/** A ledger as one text; equal exactly for equal ledgers, if no name holds a line break. */
export function ledgerText(ledger: readonly LedgerEntry[]): string {
  return ledger.map(({ name, checksum }) => `${name} ${checksum}`).join('\n')
}

/** When each migration was recorded, by name. */
export async function readTimes(db: SqlRunner): Promise<ReadonlyMap<string, string>> {
  const rows = await db.query(`SELECT name, applied_at FROM ${LEDGER_TABLE}`)
  return new Map(rows.map(row => [String(row.name), String(row.applied_at)]))
}

/** Makes the ledger where it is missing. */
export async function createLedger(db: SqlRunner): Promise<void> {
  await db.run(CREATE_LEDGER)
}

/**
 * Records a migration as applied now; recording it twice keeps the first record.
 *
 * @returns the time that it wrote, UTC
 */
export async function recordApplied(
  db: SqlRunner,
  entry: LedgerEntry,
  details: { durationMs: number; version: string },
): Promise<string> {
  const now = new Date().toISOString()
  await db.run(INSERT, [
    entry.name,
    entry.checksum,
    now,
    BigInt(Math.round(details.durationMs)),
    details.version,
  ])
  return now
}

/** Forgets a reverted migration. */
export async function recordReverted(db: SqlRunner, name: string): Promise<void> {
  await db.run(`DELETE FROM ${LEDGER_TABLE} WHERE name = ?`, [name])
}
