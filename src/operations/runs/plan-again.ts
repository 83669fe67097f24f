import type { PlannedRow } from '../../control/journal.js'
import type { RunPlan } from '../../control/read-runs.js'
import type { RunJournal } from '../../control/run-journal.js'
import type { Member } from '../../fleet/member.js'
import { chooseDown, chooseUp, type Extent } from '../../migrate/choose.js'
import type { RunRow } from '../../report/run-rows.js'
import { type BackupFirstOptions, backUpNewcomers } from '../backup/back-up-first.js'
import type { FleetContext } from '../members/fleet-context.js'
import type { RunControl } from '../members/run-control.js'
import type { SurveyResult } from '../members/survey-job.js'
import { type MigratePlan, planMigrate } from './migrate-plan.js'
import { refuseUnsound } from './refused-error.js'
import { divide, type RunVerb } from './run-plan.js'

interface Found {
  run: RunRow
  /** Gets what is planned now. */
  plan: RunPlan
  members: readonly Member[]
}

/**
 * Lets what failed be tried again. What could not be read has no plan yet, so it is read again, and
 * backed up where the run was to do that.
 *
 * @throws what planning throws; then the run is as it was
 */
export async function planAgain(
  context: FleetContext,
  journal: RunJournal,
  { run, plan, members }: Found,
  control: RunControl,
): Promise<void> {
  const unplanned = await journal.unplanned()
  const there = new Set(members.map(({ name }) => name))
  const names = unplanned.filter(name => there.has(name))
  const { backup = false, out } = plan.options as BackupFirstOptions
  const backUp = backUpNewcomers({ backup, ...(out !== undefined && { out }), ...control })
  const saved =
    names.length === 0
      ? undefined
      : await backUp(await planFor(context, names, { run, plan }, control))
  await journal.retryFailed()
  await journal.settle(
    unplanned.filter(name => !there.has(name)).map(database => ({ database, state: 'vanished' })),
  )
  if (saved === undefined) return
  const { plans, rows, settled, idle } = await divide(saved.plan, plan.plans.length, new Map())
  for (const [position, count] of Object.entries(idle)) {
    plan.idle[position] = (plan.idle[position] ?? 0) + count
  }
  plan.plans.push(...plans)
  plan.migrations.push(...saved.plan.migrations)
  const planned = await inLastWave(journal, rows)
  await journal.plan(plans, planned, { idle: plan.idle, backup: saved.backup })
  await journal.settle(settled)
}

/** What the run would have planned for these. */
async function planFor(
  context: FleetContext,
  names: string[],
  { run, plan }: Pick<Found, 'run' | 'plan'>,
  control: RunControl,
): Promise<MigratePlan> {
  if (run.undoes !== undefined) {
    const { planUndoAgain } = await import('../undo/plan-undo-again.js')
    return planUndoAgain(context, run, names, control)
  }
  const { direction, allowOutOfOrder, to, step } = plan.options as Partial<RunVerb> & Extent
  const extent = { ...(to !== undefined && { to }), ...(step !== undefined && { step }) }
  const choose = direction === 'up' ? chooseUp : chooseDown
  return planMigrate(
    context,
    { db: names, ...control, ...(direction === 'redo' ? { step: 1 } : extent) },
    {
      choose,
      directions: direction === 'redo' ? ['down', 'up'] : [direction === 'up' ? 'up' : 'down'],
      mode: 'read',
      ...(direction === 'up' && {
        check: (members: readonly Member[], positions: readonly (SurveyResult | undefined)[]) =>
          refuseUnsound(members, positions, { allowOutOfOrder: allowOutOfOrder === true }),
      }),
    },
  )
}

/** What could not be read when waves were planned is in none of them. */
async function inLastWave(
  journal: RunJournal,
  rows: readonly PlannedRow[],
): Promise<readonly PlannedRow[]> {
  const last = (await journal.waves.rows()).at(-1)
  if (last === undefined || rows.length === 0) return rows
  const number = last.number + 1
  await journal.waves.plan([{ number, name: `wave ${number}` }])
  return rows.map(row => ({ ...row, wave: number }))
}
