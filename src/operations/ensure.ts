import { DbfleetError } from '../errors/dbfleet-error.js'
import { UsageError } from '../errors/usage-error.js'
import { reportError } from '../report/error-report.js'
import { summarize } from '../report/fleet-report.js'
import type { MigrateReport, MigrateRow } from '../report/migrate-rows.js'
import type { Ensured, EnsureOptions } from './ensurer.js'

/**
 * What `ensure` did, as a report.
 *
 * @throws UsageError when there is no such database, or what it holds forbids `up`
 */
export async function ensureReport(
  name: string,
  ensure: (name: string, options: EnsureOptions) => Promise<Ensured>,
  options: EnsureOptions,
): Promise<MigrateReport> {
  const began = performance.now()
  const row = await ensure(name, options).then(
    ({ applied, position }): MigrateRow => ({ name, status: 'ok', applied, position }),
    (error): MigrateRow => {
      if (error instanceof UsageError || !(error instanceof DbfleetError)) throw error
      if (error.code === 'interrupted')
        return { name, status: 'not-run', applied: [], position: null }
      return { name, status: 'failed', error: reportError(error), applied: [], position: null }
    },
  )
  return {
    schema: 1,
    command: 'ensure',
    databases: [row],
    summary: summarize([row]),
    durationMs: performance.now() - began,
    interrupted: options.signal?.aborted === true,
  }
}
