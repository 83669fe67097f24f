import type { Selection } from '../fleet/selection.js'
import { chooseDown } from '../migrate/choose.js'
import type { MigrateReport } from '../report/migrate-rows.js'
import { type BackupFirstOptions, backUpFirst, backUpNewcomers } from './backup/back-up-first.js'
import type { FleetContext } from './members/fleet-context.js'
import type { RunControl } from './members/run-control.js'
import { planMigrate } from './runs/migrate-plan.js'
import { migrateReport } from './runs/migrate-report.js'
import { newRun } from './runs/new-run.js'
import { refuseMixed } from './runs/refuse-mixed.js'
import { runPlan } from './runs/run-plan.js'
import { withRun } from './runs/with-run.js'

export type RedoOptions = Selection & RunControl & BackupFirstOptions

/**
 * Reverts the newest migration of each database and applies it again, in one transaction; only
 * that one. Its file may have been edited since it was applied: that is what `redo` is for.
 *
 * @throws UsageError `mixed-positions` when it is not the same migration in all of them
 */
export async function redo(context: FleetContext, options: RedoOptions): Promise<MigrateReport> {
  const began = performance.now()
  const found = await planMigrate(context, options, {
    choose: position => chooseDown(position, { step: 1 }),
    directions: ['down', 'up'],
    mode: 'read',
    check: refuseMixed,
  })
  const { plan, backup } = await backUpFirst(found, options)
  const set = backup?.set
  const verb = { direction: 'redo', mode: 'all', allowOutOfOrder: true } as const
  const run = newRun('redo', plan, { ...options, ...verb, set })
  return withRun(context, run, async journal => {
    const result = await runPlan(plan, verb, options, journal, {
      backup,
      backUp: backUpNewcomers(options),
    })
    return migrateReport('redo', result, { began, signal: options.signal })
  })
}
