import { chooseDown } from '../migrate/choose.js'
import type { TransactionMode } from '../migrate/steps.js'
import type { MigrateReport } from '../report/migrate-rows.js'
import type { PlanReport } from '../report/plan-report.js'
import { type BackupFirstOptions, backUpFirst } from './back-up-first.js'
import type { FleetContext } from './fleet-context.js'
import { type PlanOptions, planMigrate } from './migrate-plan.js'
import { migrateReport, planReport } from './migrate-report.js'
import { newRun } from './new-run.js'
import { runPlan } from './run-plan.js'
import { withRun } from './with-run.js'

export interface DownOptions extends PlanOptions, BackupFirstOptions {
  /** `all` (default): a database moves as a whole; `each`: every migration commits by itself. */
  transaction?: TransactionMode
}

const VERB = { choose: chooseDown, directions: ['down' as const] }

/**
 * Reverts the newest migration, `step` of them, or all that are newer than `to`.
 *
 * @throws UsageError `down-missing` when one of them cannot be reverted; nothing was touched
 */
export async function down(context: FleetContext, options: DownOptions): Promise<MigrateReport> {
  const began = performance.now()
  const found = await planMigrate(context, options, { ...VERB, mode: 'read' })
  const { plan, set } = await backUpFirst(found, options)
  const mode = options.transaction ?? 'all'
  const verb = { direction: 'down', mode, allowOutOfOrder: true } as const
  const run = newRun('down', plan, { ...options, ...verb, set })
  return withRun(context, run, async journal => {
    const result = await runPlan(plan, verb, options, journal)
    return migrateReport('down', result, { began, signal: options.signal, set })
  })
}

/** What `down` would do; changes not one byte. */
export async function dryRunDown(
  context: FleetContext,
  options: DownOptions & { withSql?: boolean },
): Promise<PlanReport> {
  const began = performance.now()
  const plan = await planMigrate(context, options, { ...VERB, mode: 'inspect' })
  return planReport('down', plan, {
    began,
    mode: options.transaction ?? 'all',
    withSql: options.withSql ?? false,
    signal: options.signal,
  })
}
