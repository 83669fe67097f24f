import type { Database, DatabaseTarget } from '../../database/database.js'
import { sizeOfDatabase } from '../../database/size-of-database.js'
import { LEDGER_TABLE } from '../../migrate/ledger.js'
import type { ErrorReport } from '../../report/error-report.js'
import type { Job, Lane } from '../../run/job.js'
import { asciiLowerCase } from '../../sql/ascii-case.js'
import { quoteIdentifier } from '../../sql/quote.js'
import { onDatabase, openerOf } from '../members/database-job.js'
import type { JobResources } from '../members/job-resources.js'

export interface MeasureInit {
  /** Tables whose rows are estimated, in lower case. */
  tables: string[]
  busyTimeoutMs: number
}

/** How large a database is. */
export interface Measures {
  /** Of its pages. */
  bytes: number
  /** When its first migration was recorded; `null` when none was. */
  since: string | null
  /** For each table that was asked for and exists, about how many rows it has. */
  rows: { table: string; rows: number }[]
}

export type MeasureResult = Measures | { error: ErrorReport }

/** A row takes at least so many bytes: a header, and its place on the page. */
const SMALLEST_ROW = 4

/** Finds out how large databases are, without reading their rows. */
export async function measureJob(
  { tables, busyTimeoutMs }: MeasureInit,
  lane: Lane,
  resources: JobResources,
): Promise<Job<DatabaseTarget, MeasureResult>> {
  const open = await openerOf(lane, resources)
  return {
    run: target =>
      onDatabase<MeasureResult>(
        open,
        lane,
        { target, options: { mode: 'inspect', busyTimeoutMs } },
        db => measure(db, tables),
        error => ({ error }),
      ),
  }
}

async function measure(db: Database, wanted: readonly string[]): Promise<Measures> {
  const bytes = await sizeOfDatabase(db)
  const listed = await db.query(
    "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table'",
  )
  const rows: Measures['rows'] = []
  for (const { name, wr } of listed) {
    const table = asciiLowerCase(String(name))
    if (!wanted.includes(table)) continue
    rows.push({ table, rows: await estimateRows(db, String(name), wr === 1n, bytes) })
  }
  const hasLedger = listed.some(({ name }) => name === LEDGER_TABLE)
  return { bytes, since: hasLedger ? await firstApplied(db) : null, rows }
}

/** The span of the rowids where that can be true, which takes two searches; else the rows, counted. */
async function estimateRows(
  db: Database,
  table: string,
  withoutRowid: boolean,
  bytes: number,
): Promise<number> {
  const name = quoteIdentifier(table)
  if (!withoutRowid) {
    const [row] = await db.query(
      `SELECT (SELECT max(rowid) FROM ${name}) - (SELECT min(rowid) FROM ${name}) + 1.0 AS span`,
    )
    const span = Number(row?.span ?? 0)
    if (span <= bytes / SMALLEST_ROW) return span
  }
  const [row] = await db.query(`SELECT count(*) AS rows FROM ${name}`)
  return Number(row?.rows ?? 0)
}

async function firstApplied(db: Database): Promise<string | null> {
  const [row] = await db.query(`SELECT min(applied_at) AS since FROM ${LEDGER_TABLE}`)
  return typeof row?.since === 'string' ? row.since : null
}
