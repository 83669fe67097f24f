import type { Control } from '../../control/control-database.js'
import type { ClaimedRow } from '../../control/journal.js'
import { type RunPlan, readResults, readRunPlan } from '../../control/read-runs.js'
import type { RunJournal } from '../../control/run-journal.js'
import type { ErrorReport } from '../../report/error-report.js'
import type { RunRow } from '../../report/run-rows.js'
import type { UndoReport, WrittenSince } from '../../report/undo-rows.js'
import { parseFailureBudget } from '../../run/failure-budget.js'
import type { FleetContext } from '../members/fleet-context.js'
import type { RunControl } from '../members/run-control.js'
import { resumedReport } from '../runs/resumed-report.js'
import type { ClaimedWork } from '../runs/run-claims.js'
import { divide } from '../runs/run-plan.js'
import { classesThatPass, RunWork } from '../runs/run-work.js'
import { withinRun } from '../runs/with-run.js'
import type { KeyOptions } from '../sets/keys-of.js'
import { type BackupUndo, planFromBackup } from './plan-from-backup.js'
import { type Known, restoreClaims } from './restore-claims.js'
import { restoredRow } from './restored-row.js'
import { readUndoable, type UndoableRun } from './undoable-run.js'

export interface ResumeRestoresOptions extends RunControl, KeyOptions {
  retry?: 'failed'
  /** Restores also what was written to since the run that is taken back. */
  acceptLoss?: boolean
}

/**
 * Goes on with a run of `undo --from-backup`: with what is not restored yet. What was written to
 * since the run that it takes back is left alone, unless that is accepted: nobody was asked about
 * what came after the first attempt.
 *
 * @throws UsageError what `undoFromBackup` throws; nothing was touched
 */
export async function resumeRestores(
  context: FleetContext,
  journal: Control,
  run: RunRow & { undoes: number },
  { retry, acceptLoss = false, ...options }: ResumeRestoresOptions,
): Promise<UndoReport> {
  const began = performance.now()
  const plan = await readRunPlan(journal, run.id)
  const undoable = await readUndoable(context, run.undoes, run.id)
  const left = await namesLeft(journal, run.id, retry === 'failed')
  const names = [...left.keys()]
  const found = await planFromBackup(context, onlyThese(undoable, left), {
    ...options,
    mode: 'read',
  })
  const isUnclear = (name: string) => undoable.direction === 'redo' && (left.get(name) ?? 0) > 0
  const known = acceptLoss
    ? judged(found, names, () => undefined)
    : judged(found, names, name => lossOf(run, found.written.get(name), isUnclear(name)))
  const restorables = new Map([...found.restorables].filter(([name]) => !known.has(name)))
  const kept = new Map<string, string>()
  const restore = await restoreClaims(context, { restorables, known, options, kept })
  const maxFailures = options.maxFailures ?? context.config.maxFailures
  return withinRun(context, journal, run.id, async runJournal => {
    if (retry === 'failed') await planAgain(runJournal, found, plan)
    await using work = new RunWork(runJournal, {
      signal: options.signal,
      failedBefore: 0,
      budget: maxFailures === undefined ? undefined : parseFailureBudget(maxFailures, run.total),
      patienceMs: options.busyTimeoutMs ?? context.config.busyTimeoutMs,
      hasVanished: name => found.plan.hasVanished(name),
      unknown: 'vanished',
      retried: classesThatPass('down'),
    })
    await runJournal.open()
    const { members } = found.plan
    await restore(work, { members, total: names.length, find: finder(plan, found) })
    await work.settle()
    const { stopped } = work
    const direction = undoable.direction === 'down' ? 'up' : 'down'
    const report = await resumedReport(journal, run, {
      plan,
      direction,
      began,
      signal: options.signal,
    })
    const [from, ...further] = found.places
    return {
      schema: 1,
      command: 'resume',
      verb: run.verb,
      ...report,
      ...(stopped !== undefined && { stopped }),
      undoes: run.undoes,
      from,
      ...(further.length > 0 && { furtherFrom: further }),
      remarks: [],
      databases: report.databases.map(row => ({
        ...row,
        ...restoredRow(row, kept, { ...found, restorables }),
      })),
    }
  })
}

function onlyThese(run: UndoableRun, names: ReadonlyMap<string, unknown>): UndoableRun {
  return { ...run, changes: run.changes.filter(({ database }) => names.has(database)) }
}

/** Names of what is not done, and how often each was tried. */
async function namesLeft(
  journal: Control,
  id: number,
  withFailed: boolean,
): Promise<Map<string, number>> {
  const left = new Map<string, number>()
  for await (const results of readResults(journal, id)) {
    for (const { name, status, attempts } of results) {
      if (status === 'not-run' || (withFailed && status === 'failed')) left.set(name, attempts)
    }
  }
  return left
}

/**
 * What is to be said of databases without restoring them.
 *
 * @param loss why one of them must not be restored
 */
function judged(
  { plan: { members, positions, namesAt }, restorables }: BackupUndo,
  names: readonly string[],
  loss: (name: string) => ErrorReport | undefined,
): Map<string, Known> {
  const found = new Map(members.map(({ name }, index) => [name, positions[index]]))
  const known = new Map<string, Known>()
  for (const name of names) {
    const position = found.get(name)
    if (!found.has(name)) known.set(name, 'done')
    else if (position === undefined) continue
    else if ('error' in position) known.set(name, position.error)
    else if (namesAt(position).length === 0) known.set(name, 'done')
    else {
      const error = restorables.has(name) ? loss(name) : undefined
      if (error !== undefined) known.set(name, error)
    }
  }
  return known
}

/** @param isUnclear true when it may be restored already, and the ledger does not tell */
function lossOf(
  { id, undoes }: RunRow,
  written: WrittenSince | undefined,
  isUnclear: boolean,
): ErrorReport | undefined {
  if (written === undefined && !isUnclear) return undefined
  const rows = (written?.tables ?? []).map(
    ({ table, more }) => `${table} has ${Math.abs(more)} ${more > 0 ? 'more' : 'fewer'} rows`,
  )
  const why =
    rows.length > 0
      ? rows.join(', ')
      : written?.file === true
        ? 'its file is younger'
        : 'it may be restored already'
  return {
    code: 'written-since',
    message: `not restored, for it may have been written to since run ${undoes}: ${why}`,
    hint: `Nothing was changed there. \`dbfleet resume ${id} --retry failed --accept-loss\` restores it nevertheless; what it replaces is kept.`,
  }
}

/** What was refused before it was planned may be restorable now. */
async function planAgain(
  journal: RunJournal,
  { plan: found }: BackupUndo,
  plan: RunPlan,
): Promise<void> {
  const unplanned = new Set(await journal.unplanned())
  await journal.retryFailed()
  const pairs = found.members
    .map((member, index) => ({ member, position: found.positions[index] }))
    .filter(({ member }) => unplanned.has(member.name))
  const part = {
    ...found,
    members: pairs.map(({ member }) => member),
    positions: pairs.map(({ position }) => position),
  }
  const { plans, rows, settled, idle } = await divide(part, plan.plans.length, new Map())
  for (const [position, count] of Object.entries(idle)) {
    plan.idle[position] = (plan.idle[position] ?? 0) + count
  }
  plan.plans.push(...plans)
  await journal.plan(plans, rows, { idle: plan.idle })
  await journal.settle(settled)
}

function finder(
  { plans }: RunPlan,
  { plan: { members } }: BackupUndo,
): (row: ClaimedRow) => ClaimedWork | undefined {
  const byName = new Map(members.map(member => [member.name, member]))
  const byNumber = new Map(plans.map(entry => [entry.number, entry]))
  return ({ database, plan }) => {
    const entry = byNumber.get(plan)
    if (entry === undefined) return undefined
    const member = byName.get(database) ?? { name: database, url: '', source: '' }
    return { member, names: entry.names, ledger: entry.ledger }
  }
}
