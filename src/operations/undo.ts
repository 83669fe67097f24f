import { UsageError } from '../errors/usage-error.js'
import type { TransactionMode } from '../migrate/steps.js'
import type { UndoPlan, UndoReport } from '../report/undo-rows.js'
import { type BackupFirstOptions, backUpFirst } from './backup/back-up-first.js'
import type { FleetContext } from './members/fleet-context.js'
import type { RunControl } from './members/run-control.js'
import { migrateReport, planReport } from './runs/migrate-report.js'
import { newRun } from './runs/new-run.js'
import { runPlan } from './runs/run-plan.js'
import { withRun } from './runs/with-run.js'
import type { KeyOptions } from './sets/keys-of.js'
import { planUndo, type UndoSelection } from './undo/plan-undo.js'
import { findLosses, refuseLosses } from './undo/undo-losses.js'
import { readUndoable, type UndoableRun } from './undo/undoable-run.js'

export interface UndoOptions extends UndoSelection, RunControl, BackupFirstOptions, KeyOptions {
  /** `all` (default): a database moves as a whole; `each`: every migration commits by itself. */
  transaction?: TransactionMode
  /** Runs the migrations although they do not bring everything back. */
  acceptLoss?: boolean
  /** Restores the databases from the backup set that the run made first, without asking. */
  fromBackup?: boolean
}

/**
 * Takes back what a run did, in the databases that it changed, and only there: reverts what it applied,
 * or applies what it reverted. A database that was migrated since fails and is left alone.
 *
 * @param id the run's number
 * @throws UsageError `not-faithful` when migrations do not bring back what was there, and for whatever
 * else makes it impossible; nothing was touched
 */
export async function undo(
  context: FleetContext,
  id: number,
  options: UndoOptions = {},
): Promise<UndoReport> {
  const began = performance.now()
  const undoable = await readUndoable(context, id)
  if (options.fromBackup === true) {
    refuseMixedWays(options)
    const { undoFromBackup } = await import('./undo/undo-from-backup.js')
    return undoFromBackup(context, undoable, options)
  }
  const run = migratingRun(undoable)
  const found = await planUndo(context, run, { ...options, mode: 'read' })
  const losses = await findLosses(run, found)
  refuseLosses(run, losses, { acceptLoss: options.acceptLoss ?? false })
  const { plan, backup } = await backUpFirst(found, options)
  const set = backup?.set
  const direction = wayBack(run)
  const verb = { direction, mode: options.transaction ?? 'all', allowOutOfOrder: true } as const
  const record = { ...newRun('undo', plan, { ...options, ...verb, set }), undoes: id }
  const report = await withRun(context, record, async journal => {
    const result = await runPlan(plan, verb, options, journal, { backup })
    return migrateReport(direction, result, { began, signal: options.signal })
  })
  return { ...report, command: 'undo', undoes: id, remarks: losses.remarks }
}

/** What `undo` would do; changes not one byte of the databases. */
export async function dryRunUndo(
  context: FleetContext,
  id: number,
  options: UndoOptions & { withSql?: boolean } = {},
): Promise<UndoPlan> {
  const began = performance.now()
  const undoable = await readUndoable(context, id)
  if (options.fromBackup === true) {
    refuseMixedWays(options)
    const { planUndoFromBackup } = await import('./undo/undo-from-backup.js')
    return planUndoFromBackup(context, undoable, options)
  }
  const run = migratingRun(undoable)
  const plan = await planUndo(context, run, { ...options, mode: 'inspect' })
  const losses = await findLosses(run, plan)
  refuseLosses(run, losses, { acceptLoss: options.acceptLoss ?? false })
  const direction = wayBack(run)
  const report = await planReport(direction, plan, {
    began,
    mode: options.transaction ?? 'all',
    withSql: options.withSql ?? false,
    signal: options.signal,
  })
  return { ...report, command: 'undo', direction, undoes: id, remarks: losses.remarks }
}

type MigratingRun = UndoableRun & { direction: 'up' | 'down' }

function migratingRun(run: UndoableRun): MigratingRun {
  const { id, direction, backup } = run
  if (direction !== 'redo') return { ...run, direction }
  throw new UsageError(
    'cannot-undo',
    `run ${id} is of \`redo\`, which reverted a migration and applied it again`,
    {
      hint:
        backup === undefined
          ? 'Nothing was touched. `dbfleet down` reverts the migration; what was lost is in a backup set, if one was made.'
          : `Nothing was touched. \`dbfleet undo ${id} --from-backup\` restores the databases as they were before.`,
    },
  )
}

function refuseMixedWays({ acceptLoss, backup, transaction }: UndoOptions): void {
  const flag =
    acceptLoss === true ? '--accept-loss' : backup === true ? '--backup' : '--transaction each'
  if (acceptLoss !== true && backup !== true && transaction !== 'each') return
  throw new UsageError('bad-options', `${flag} is for migrations, and --from-backup runs none`, {
    hint: `Nothing was touched. Leave out ${flag}; what is replaced is kept aside anyway.`,
  })
}

function wayBack({ direction }: MigratingRun): 'up' | 'down' {
  return direction === 'up' ? 'down' : 'up'
}
