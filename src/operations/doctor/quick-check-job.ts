import type { DatabaseTarget } from '../../database/database.js'
import type { ErrorReport } from '../../report/error-report.js'
import type { Job, Lane } from '../../run/job.js'
import { onDatabase, openerOf } from '../members/database-job.js'
import type { JobResources } from '../members/job-resources.js'

export interface QuickCheckInit {
  busyTimeoutMs: number
}

/** What SQLite finds damaged, empty when nothing; or why it could not look. */
export type QuickCheckResult = { problems: string[] } | { error: ErrorReport }

/** As a table function, a token that may only read may run it, too. */
const SQL = 'SELECT * FROM pragma_quick_check'

/** Lets SQLite look through whole databases. */
export async function quickCheckJob(
  { busyTimeoutMs }: QuickCheckInit,
  lane: Lane,
  resources: JobResources,
): Promise<Job<DatabaseTarget, QuickCheckResult>> {
  const open = await openerOf(lane, resources)
  return {
    run: target =>
      onDatabase<QuickCheckResult>(
        open,
        lane,
        { target, options: { mode: 'inspect', busyTimeoutMs } },
        async db => {
          const lines = (await db.query(SQL)).map(row => String(Object.values(row)[0]))
          return { problems: lines.filter(line => line !== 'ok') }
        },
        error => ({ error }),
      ),
  }
}
