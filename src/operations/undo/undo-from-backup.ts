import { summarize } from '../../report/fleet-report.js'
import type { UndoPlan, UndoPlanRow, UndoReport } from '../../report/undo-rows.js'
import type { FleetContext } from '../members/fleet-context.js'
import type { RunControl } from '../members/run-control.js'
import type { KeyedPosition } from '../members/survey-job.js'
import { migrateReport } from '../runs/migrate-report.js'
import { runPlan } from '../runs/run-plan.js'
import { withRun } from '../runs/with-run.js'
import type { KeyOptions } from '../sets/keys-of.js'
import { planFromBackup } from './plan-from-backup.js'
import type { UndoSelection } from './plan-undo.js'
import { restoreClaims } from './restore-claims.js'
import { restoredRow } from './restored-row.js'
import type { UndoableRun } from './undoable-run.js'

type Options = UndoSelection & RunControl & KeyOptions

/**
 * Takes a run back by putting what its backup set holds in the place of the databases that it changed.
 * What is replaced is kept aside.
 *
 * @throws UsageError `no-backup`, or what reading the set throws; nothing was touched
 */
export async function undoFromBackup(
  context: FleetContext,
  run: UndoableRun,
  options: Options,
): Promise<UndoReport> {
  const began = performance.now()
  const { places, plan, restorables, written } = await planFromBackup(context, run, {
    ...options,
    mode: 'read',
  })
  const kept = new Map<string, string>()
  const carryOut = await restoreClaims(context, { restorables, options, kept })
  const { db, except } = options

  const record = {
    verb: 'undo',
    options: { db, except, direction: 'restore', restores: run.direction },
    migrations: run.migrations,
    undoes: run.id,
  }
  const way = run.direction === 'down' ? 'up' : 'down'
  const verb = { direction: way, mode: 'all', allowOutOfOrder: true } as const
  const report = await withRun(context, record, async journal => {
    const result = await runPlan(plan, verb, options, journal, { carryOut })
    return migrateReport(way, result, { began, signal: options.signal })
  })
  const [from, ...further] = places
  return {
    ...report,
    command: 'undo',
    undoes: run.id,
    from,
    ...(further.length > 0 && { furtherFrom: further }),
    remarks: [],
    databases: report.databases.map(row => ({
      ...row,
      ...restoredRow(row, kept, { restorables, written }),
    })),
  }
}

/** What that would do; changes not one byte. */
export async function planUndoFromBackup(
  context: FleetContext,
  run: UndoableRun,
  options: Options,
): Promise<UndoPlan> {
  const began = performance.now()
  const { places, plan, written } = await planFromBackup(context, run, {
    ...options,
    mode: 'inspect',
  })
  const groups = new Map<KeyedPosition, string[]>()
  const databases = await Promise.all(
    plan.members.map(async ({ name }, index): Promise<UndoPlanRow> => {
      const position = plan.positions[index]
      const nothing = { name, position: null, pending: [] }
      if (position === undefined) return { ...nothing, status: 'not-run' }
      if ('error' in position) {
        const { error } = position
        const isGone = error.code === 'missing' && (await plan.hasVanished(name))
        return isGone ? { ...nothing, status: 'skipped' } : { ...nothing, status: 'failed', error }
      }
      const group = groups.get(position) ?? []
      groups.set(position, [...group, name])
      const since = written.get(name)
      return {
        name,
        status: 'ok',
        position: position.position,
        pending: plan.namesAt(position),
        ...(since !== undefined && { written: since }),
      }
    }),
  )
  const [from, ...further] = places
  return {
    schema: 1,
    command: 'undo',
    dryRun: true,
    direction: run.direction === 'down' ? 'up' : 'down',
    undoes: run.id,
    from,
    ...(further.length > 0 && { furtherFrom: further }),
    remarks: [],
    databases,
    groups: [...groups].map(([{ position }, names]) => ({ position, databases: names, steps: [] })),
    summary: summarize(databases),
    durationMs: performance.now() - began,
    interrupted: options.signal?.aborted === true,
  }
}
