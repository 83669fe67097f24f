import { chooseUp } from '../migrate/choose.js'
import type { TransactionMode } from '../migrate/steps.js'
import type { MigrateReport } from '../report/migrate-rows.js'
import type { PlanReport } from '../report/plan-report.js'
import { type BackupFirstOptions, backUpFirst, backUpNewcomers } from './backup/back-up-first.js'
import type { FleetContext } from './members/fleet-context.js'
import { type MigratePlan, type PlanOptions, planMigrate } from './runs/migrate-plan.js'
import { migrateReport, planReport } from './runs/migrate-report.js'
import { newRun } from './runs/new-run.js'
import { planWaveRows } from './runs/plan-wave-rows.js'
import { refuseUnsound } from './runs/refused-error.js'
import { refuseUnknownCanary, rolloutOf, type WaveOptions } from './runs/rollout.js'
import { runPlan } from './runs/run-plan.js'
import { withRun } from './runs/with-run.js'
import { keepSchemaFile } from './schemas/schema-file.js'

export interface UpOptions extends PlanOptions, BackupFirstOptions, WaveOptions {
  /** `all` (default): a database moves as a whole; `each`: every migration commits by itself. */
  transaction?: TransactionMode
  /** Permits a pending migration that sorts before an applied one. */
  allowOutOfOrder?: boolean
  /** False leaves no trace of the run besides what it changes. */
  isRecorded?: boolean
}

/**
 * Applies pending migrations. A database that fails keeps its old state and is reported; the others
 * go on.
 *
 * @throws RefusedError when an applied migration was edited or its file is missing, or a pending one
 *   sorts before an applied one
 * @throws UsageError for anything else that makes the whole run impossible; nothing was touched
 */
export async function up(context: FleetContext, options: UpOptions): Promise<MigrateReport> {
  const { report, plan } = await applyPending(context, options)
  if (options.signal?.aborted !== true) {
    await keepSchemaFile(context.config.migrations, plan.migrations)
  }
  return report
}

/**
 * `up`, but writes nothing besides the databases.
 *
 * @throws what `up` throws
 */
export async function applyPending(
  context: FleetContext,
  options: UpOptions,
): Promise<{ report: MigrateReport; plan: MigratePlan }> {
  const began = performance.now()
  const rollout = rolloutOf(context.config.waves, options)
  const found = await planUp(context, options, 'read')
  refuseUnknownCanary(rollout, found.members)
  const { plan, backup } = await backUpFirst(found, options)
  const set = backup?.set
  const verb = {
    direction: 'up',
    mode: options.transaction ?? 'all',
    allowOutOfOrder: options.allowOutOfOrder ?? false,
  } as const
  const report = await withRun(
    context,
    newRun('up', plan, { ...options, ...verb, set, rollout }),
    async journal => {
      const result = await runPlan(plan, verb, options, journal, {
        rollout,
        backup,
        backUp: backUpNewcomers(options),
      })
      return migrateReport('up', result, { began, signal: options.signal })
    },
    { isRecorded: options.isRecorded ?? true },
  )
  return { report, plan }
}

/** What `up` would do; changes not one byte. */
export async function dryRunUp(
  context: FleetContext,
  options: UpOptions & { withSql?: boolean },
): Promise<PlanReport> {
  const began = performance.now()
  const rollout = rolloutOf(context.config.waves, options)
  const plan = await planUp(context, options, 'inspect')
  refuseUnknownCanary(rollout, plan.members)
  return planReport('up', plan, {
    began,
    waves: await planWaveRows(plan, rollout, options),
    mode: options.transaction ?? 'all',
    withSql: options.withSql ?? false,
    signal: options.signal,
  })
}

function planUp(
  context: FleetContext,
  options: UpOptions,
  mode: 'read' | 'inspect',
): Promise<MigratePlan> {
  const allowOutOfOrder = options.allowOutOfOrder ?? false
  return planMigrate(context, options, {
    choose: chooseUp,
    directions: ['up'],
    mode,
    check: (members, positions) => refuseUnsound(members, positions, { allowOutOfOrder }),
  })
}
