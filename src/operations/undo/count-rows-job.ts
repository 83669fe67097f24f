import type { Database, DatabaseTarget } from '../../database/database.js'
import type { ErrorReport } from '../../report/error-report.js'
import type { Job, Lane } from '../../run/job.js'
import { quoteIdentifier } from '../../sql/quote.js'
import { onDatabase, openerOf } from '../members/database-job.js'
import type { JobResources } from '../members/job-resources.js'

export interface CountRowsInit {
  busyTimeoutMs: number
}

export interface CountRowsItem {
  target: DatabaseTarget
  /** Those that are not there are passed over. */
  tables: string[]
}

export type CountRowsResult = { rows: [table: string, rows: number][] } | { error: ErrorReport }

/** Counts the rows of some tables. */
export async function countRowsJob(
  { busyTimeoutMs }: CountRowsInit,
  lane: Lane,
  resources: JobResources,
): Promise<Job<CountRowsItem, CountRowsResult>> {
  const open = await openerOf(lane, resources)
  const options = { mode: 'inspect' as const, busyTimeoutMs }
  return {
    run: ({ target, tables }) =>
      onDatabase<CountRowsResult>(
        open,
        lane,
        { target, options },
        async db => ({ rows: await countRows(db, tables) }),
        error => ({ error }),
      ),
  }
}

async function countRows(db: Database, tables: readonly string[]) {
  const listed = await db.query("SELECT name FROM sqlite_schema WHERE type = 'table'")
  const there = new Set(listed.map(({ name }) => name))
  const counted: [string, number][] = []
  for (const table of tables) {
    if (!there.has(table)) continue
    const [row] = await db.query(`SELECT count(*) AS n FROM ${quoteIdentifier(table)}`)
    counted.push([table, Number(row?.n)])
  }
  return counted
}
