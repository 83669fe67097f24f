import { chooseDown } from '../migrate/choose.js'
import type { TransactionMode } from '../migrate/steps.js'
import type { MigrateReport } from '../report/migrate-rows.js'
import type { PlanReport } from '../report/plan-report.js'
import { type BackupFirstOptions, backUpFirst, backUpNewcomers } from './backup/back-up-first.js'
import type { FleetContext } from './members/fleet-context.js'
import { type PlanOptions, planMigrate } from './runs/migrate-plan.js'
import { migrateReport, planReport } from './runs/migrate-report.js'
import { newRun } from './runs/new-run.js'
import { planWaveRows } from './runs/plan-wave-rows.js'
import { refuseUnknownCanary, rolloutOf, type WaveOptions } from './runs/rollout.js'
import { runPlan } from './runs/run-plan.js'
import { withRun } from './runs/with-run.js'

export interface DownOptions extends PlanOptions, BackupFirstOptions, WaveOptions {
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
  // Taking something back is urgent: what the configuration says of waves is about `up`.
  const rollout = rolloutOf(undefined, options)
  const found = await planMigrate(context, options, { ...VERB, mode: 'read' })
  refuseUnknownCanary(rollout, found.members)
  const { plan, backup } = await backUpFirst(found, options)
  const set = backup?.set
  const mode = options.transaction ?? 'all'
  const verb = { direction: 'down', mode, allowOutOfOrder: true } as const
  const run = newRun('down', plan, { ...options, ...verb, set, rollout })
  return withRun(context, run, async journal => {
    const result = await runPlan(plan, verb, options, journal, {
      rollout,
      backup,
      backUp: backUpNewcomers(options),
    })
    return migrateReport('down', result, { began, signal: options.signal })
  })
}

/** What `down` would do; changes not one byte. */
export async function dryRunDown(
  context: FleetContext,
  options: DownOptions & { withSql?: boolean },
): Promise<PlanReport> {
  const began = performance.now()
  const rollout = rolloutOf(undefined, options)
  const plan = await planMigrate(context, options, { ...VERB, mode: 'inspect' })
  refuseUnknownCanary(rollout, plan.members)
  return planReport('down', plan, {
    began,
    waves: await planWaveRows(plan, rollout, options),
    mode: options.transaction ?? 'all',
    withSql: options.withSql ?? false,
    signal: options.signal,
  })
}
