import type { DatabaseTarget, RowPage, SqlValue } from '../../database/database.js'
import type { OpenDatabase } from '../../database/open-database.js'
import { type ErrorReport, reportError } from '../../report/error-report.js'
import type { Job, Lane } from '../../run/job.js'
import { needsLibsql, openerOf } from '../members/database-job.js'
import type { JobResources } from '../members/job-resources.js'

export interface QueryInit {
  sql: string
  args: readonly SqlValue[]
  busyTimeoutMs: number
}

/** One database, and a number by which it is known when it is asked for more. */
export interface QueryItem {
  index: number
  target: DatabaseTarget
}

/** A page of rows, or why there is none. */
export type QueryPage = RowPage | { error: ErrorReport }

/** Runs one statement that only reads; gives what it returns a page at a time. */
export async function queryJob(
  init: QueryInit,
  lane: Lane,
  resources: JobResources,
): Promise<Job<QueryItem, QueryPage>> {
  const open = await openerOf(lane, resources)
  const begun = new Map<number, { pages: AsyncGenerator<RowPage>; next: RowPage }>()
  return {
    async run({ index, target }) {
      const known = begun.get(index)
      begun.delete(index)
      try {
        const pages = known?.pages ?? pagesOf(open, target, init)
        const page = known?.next ?? (await pages.next()).value
        const next = await pages.next()
        if (next.done === true) return { result: page, failed: false }
        begun.set(index, { pages, next: next.value })
        return { part: page }
      } catch (error) {
        if (lane === 'thread' && needsLibsql(error)) return { reroute: 'process' }
        return { result: { error: reportError(error) }, failed: true }
      }
    },
  }
}

/** The connection lives as long as somebody asks for pages. */
async function* pagesOf(
  open: OpenDatabase,
  target: DatabaseTarget,
  { sql, args, busyTimeoutMs }: QueryInit,
): AsyncGenerator<RowPage> {
  await using db = await open(target, { mode: 'read', busyTimeoutMs })
  yield* db.readPages(sql, args)
}
