import { readManifest } from '../../backup/read-manifest.js'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import { UsageError } from '../../errors/usage-error.js'
import { reportError } from '../../report/error-report.js'
import { summarize } from '../../report/fleet-report.js'
import type { UndoPlan, UndoPlanRow, UndoReport, WrittenSince } from '../../report/undo-rows.js'
import type { FleetContext } from '../members/fleet-context.js'
import type { RunControl } from '../members/run-control.js'
import type { KeyedPosition, SurveyInit } from '../members/survey-job.js'
import { restoreInto } from '../restore/restore-into.js'
import { notInSet, objectOf } from '../restore/restore-set.js'
import type { MigratePlan } from '../runs/migrate-plan.js'
import { migrateReport } from '../runs/migrate-report.js'
import { type CarryOut, runPlan } from '../runs/run-plan.js'
import { withRun } from '../runs/with-run.js'
import { type FoundSet, findSet } from '../sets/find-set.js'
import { type KeyOptions, keysOf } from '../sets/keys-of.js'
import { surveyUndo, type UndoSelection } from './plan-undo.js'
import type { UndoableRun } from './undoable-run.js'
import { findWrittenSince, type Restorable } from './written-since.js'

type Options = UndoSelection & RunControl & KeyOptions

/** What a backup set takes back, and what that would cost. */
interface BackupUndo {
  found: FoundSet
  plan: MigratePlan
  restorables: ReadonlyMap<string, Restorable>
  written: ReadonlyMap<string, WrittenSince>
}

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
  const { found, plan, restorables, written } = await planFromBackup(context, run, {
    ...options,
    mode: 'read',
  })
  const { store, set } = found
  const entries = [...restorables.values()].map(({ entry }) => entry)
  const keys = await keysOf(context, found, entries, options)
  const kept = new Map<string, string>()
  const { db, except } = options

  const carryOut: CarryOut = async (work, { total, find }) => {
    let before = 0
    const { onProgress, ...control } = options
    for (let rows = await work.next(); rows.length > 0; rows = await work.next()) {
      const taken = rows.flatMap(row => {
        const claimed = find(row)
        return claimed === undefined ? [] : [{ row, claimed }]
      })
      const begun = before
      const restoration = {
        ...control,
        force: true,
        ...(onProgress !== undefined && {
          onProgress: (progress: Parameters<typeof onProgress>[0]) =>
            onProgress({ ...progress, done: Math.min(begun + progress.done, total), total }),
        }),
      }
      const made = await restoreInto(
        { context, options: restoration, migrations: [] },
        store.spec,
        taken.flatMap(({ claimed: { member } }) => {
          const entry = restorables.get(member.name)?.entry
          return entry === undefined ? [] : [{ member, from: objectOf(set, entry, keys) }]
        }),
      )
      for (const [index, { row, claimed }] of taken.entries()) {
        const result = made[index]
        if (result === undefined || result.status === 'not-run') continue
        if (result.kept !== null) kept.set(result.name, result.kept)
        const names = [...claimed.names]
        const { error } = result
        await work.take(row, names, error === undefined ? { done: names } : { done: [], error })
      }
      before += taken.length
    }
  }

  const record = {
    verb: 'undo',
    options: { db, except, direction: 'restore' },
    migrations: run.migrations,
    undoes: run.id,
  }
  const way = run.direction === 'down' ? 'up' : 'down'
  const verb = { direction: way, mode: 'all', allowOutOfOrder: true } as const
  const report = await withRun(context, record, async journal => {
    const result = await runPlan(plan, verb, options, journal, { carryOut })
    return migrateReport(way, result, { began, signal: options.signal })
  })
  const databases = report.databases.map(row => {
    const place = kept.get(row.name)
    const since = written.get(row.name)
    const wasRestored = row.status === 'ok' && restorables.has(row.name)
    const { ledger } = restorables.get(row.name)?.entry ?? {}
    return {
      ...row,
      ...(wasRestored && { position: ledger?.position ?? null }),
      ...(place !== undefined && { kept: place }),
      ...(since !== undefined && { written: since }),
    }
  })
  return {
    ...report,
    command: 'undo',
    undoes: run.id,
    from: store.locate(set),
    remarks: [],
    databases,
  }
}

/** What that would do; changes not one byte. */
export async function planUndoFromBackup(
  context: FleetContext,
  run: UndoableRun,
  options: Options,
): Promise<UndoPlan> {
  const began = performance.now()
  const { found, plan, written } = await planFromBackup(context, run, {
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
  return {
    schema: 1,
    command: 'undo',
    dryRun: true,
    direction: run.direction === 'down' ? 'up' : 'down',
    undoes: run.id,
    from: found.store.locate(found.set),
    remarks: [],
    databases,
    groups: [...groups].map(([{ position }, names]) => ({ position, databases: names, steps: [] })),
    summary: summarize(databases),
    durationMs: performance.now() - began,
    interrupted: options.signal?.aborted === true,
  }
}

async function planFromBackup(
  context: FleetContext,
  run: UndoableRun,
  options: Options & { mode: SurveyInit['mode'] },
): Promise<BackupUndo> {
  const { id, backup, changes } = run
  if (backup === undefined) throw withoutBackup(id)
  const found = await findSet(context, backup)
  const manifest = await readManifest(found.store, found.set)
  const entries = new Map(manifest.databases.map(entry => [entry.name, entry]))
  // What `redo` did stands there as if it had been applied.
  const direction = run.direction === 'down' ? 'down' : 'up'
  const surveyed = await surveyUndo(context, { ...run, direction }, options)
  const endedAt = new Map(changes.map(change => [change.database, change.endedAt]))
  const restorables = new Map<string, Restorable>()
  const positions = surveyed.members.map((member, index) => {
    const position = surveyed.positions[index]
    if (position === undefined || 'error' in position) return position
    if (surveyed.namesAt(position).length === 0) return position
    const entry = entries.get(member.name)
    const problem = entry === undefined ? joinedLater() : notInSet(entry)
    if (entry === undefined || problem !== undefined) {
      return { error: reportError(problem ?? joinedLater()) }
    }
    restorables.set(member.name, { member, entry, endedAt: endedAt.get(member.name) ?? null })
    return position
  })
  const written = await findWrittenSince(context, [...restorables.values()], options)
  return { found, plan: { ...surveyed, positions }, restorables, written }
}

function withoutBackup(id: number): UsageError {
  return new UsageError('no-backup', `run ${id} made no backup set before it began`, {
    hint: `Nothing was touched. \`dbfleet undo ${id}\` takes it back by migrations; \`dbfleet restore <set> --force\` puts back any other set. \`up --backup\` makes one first.`,
  })
}

function joinedLater(): DbfleetError {
  return new DbfleetError('not-in-set', 'nothing of it is in the set: it was not backed up', {
    hint: 'Take it back by migrations: leave --from-backup out, and name it with --db.',
  })
}
