import type {
  Journal,
  PlanEntry,
  PlannedBackup,
  PlannedRow,
  RecordedRow,
} from '../../control/journal.js'
import type { Member } from '../../fleet/member.js'
import type { TransactionMode } from '../../migrate/steps.js'
import { errorClassOf } from '../../report/error-class.js'
import type { ErrorReport } from '../../report/error-report.js'
import type { DatabaseResult } from '../../report/fleet-report.js'
import type { WaveRow } from '../../report/wave-rows.js'
import { parseFailureBudget } from '../../run/failure-budget.js'
import { KeptExecutors } from '../../run/kept-executors.js'
import type { RunControl, RunProgress } from '../members/run-control.js'
import type { KeyedPosition } from '../members/survey-job.js'
import { type Due, divideIntoWaves } from './divide-into-waves.js'
import type { MigrateInit } from './migrate-job.js'
import type { MigratePlan } from './migrate-plan.js'
import { CANARY, type Wave } from './plan-waves.js'
import type { Rollout } from './rollout.js'
import { type ClaimedWork, type Claims, runClaims } from './run-claims.js'
import { runWaves } from './run-waves.js'
import { classesThatPass, RunWork } from './run-work.js'

/** What became of one member of a plan, before a verb puts it in its own row. */
export interface PlanOutcome extends Pick<DatabaseResult, 'status' | 'error'> {
  /** Where it stood before; `undefined` when that could not be read. */
  before?: KeyedPosition
  /** What was committed, in order. */
  done: string[]
  /** True when it left the fleet meanwhile. */
  vanished?: boolean
}

/** What became of a plan. */
export interface PlanRun {
  /** Newcomers are in it, too. */
  plan: MigratePlan
  /** In the order of the plan's members. */
  outcomes: PlanOutcome[]
  /** The backup sets that were made before anything was changed; newcomers have their own. */
  sets: string[]
  /** Why not all was done. */
  stopped?: ErrorReport
  /** Present where it was done in waves. */
  waves?: WaveRow[]
}

/** A plan, and what was backed up before it. */
export interface SavedPlan {
  plan: MigratePlan
  backup?: PlannedBackup | undefined
}

/** How a plan is carried out, and what its judge is told. */
export interface PlanCourse {
  /** Without it, all at once. */
  rollout?: Rollout | undefined
  /** The backup set that was made of the plan's databases first. */
  backup?: PlannedBackup | undefined
  /** Backs up those that join the fleet meanwhile. */
  backUp?: ((plan: MigratePlan) => Promise<SavedPlan>) | undefined
  carryOut?: CarryOut | undefined
}

export type RunVerb = Pick<MigrateInit, 'direction' | 'allowOutOfOrder'> & { mode: TransactionMode }

/** What is done with claimed databases, where that is not to migrate them. */
export type CarryOut = (work: RunWork, claims: Claims) => Promise<void>

/**
 * Carries a plan out on the members that have something to do, and on those that join the fleet
 * meanwhile.
 */
export async function runPlan(
  first: MigratePlan,
  verb: RunVerb,
  control: RunControl,
  journal: Journal,
  { rollout, backup, backUp = async plan => ({ plan }), carryOut }: PlanCourse = {},
): Promise<PlanRun> {
  const { context, migrations } = first
  const { config } = context
  const outcomes = new Map<string, PlanOutcome>()
  const members = new Map<string, Member>()
  const maxFailures = control.maxFailures ?? config.maxFailures
  const unread = first.positions.filter(result => result !== undefined && 'error' in result).length
  const total = first.members.length
  await using work = new RunWork(journal, {
    signal: control.signal,
    failedBefore: unread,
    budget: maxFailures === undefined ? undefined : parseFailureBudget(maxFailures, total),
    patienceMs: control.busyTimeoutMs ?? config.busyTimeoutMs,
    hasVanished: name => first.hasVanished(name),
    unknown: 'others',
    retried: classesThatPass(verb.direction),
  })
  await using kept = new KeptExecutors()
  let planned = 0
  let nextWave: number | undefined
  const sets: string[] = []
  let next: SavedPlan | undefined = { plan: first, backup }
  while (next !== undefined) {
    const { plan: part, backup: saved } = next
    if (saved !== undefined) sets.push(saved.set)
    const { rows, plans, settled, idle, claimed, due } = await divide(part, planned, outcomes)
    planned += plans.length
    for (const member of part.members) members.set(member.name, member)
    const waves =
      rollout === undefined
        ? []
        : await divideIntoWaves(due, rollout, {
            first: nextWave,
            context,
            control: { ...control, mode: 'read' },
          })
    if (waves.length > 0) await journal.waves.plan(waves)
    await journal.plan(plans, inWaves(rows, waves), {
      total: members.size,
      idle,
      backup: saved,
    })
    await journal.settle(settled)
    const { members: there } = part
    const claims = (share: number): Claims => ({
      members: there,
      total: share,
      find: ({ database }) => claimed.get(database),
      kept,
    })
    const claim = (share: number, watched: RunControl) =>
      carryOut === undefined
        ? runClaims(context, work, claims(share), { ...verb, migrations }, watched)
        : carryOut(work, claims(share))
    if (rollout === undefined || waves.length === 0) {
      await journal.open(rollout === undefined ? undefined : CANARY)
      await claim(rows.length, control)
    } else {
      nextWave = (waves.at(-1) as Wave).number + 1
      const sizes = new Map(waves.map(({ number, databases }) => [number, databases.length]))
      const watch = addUp(control, rows.length)
      const names = new Set(plans.flatMap(plan => plan.names))
      await runWaves([...sizes.keys()], {
        rollout,
        journal,
        work,
        control,
        maxFailures,
        cwd: config.root,
        facts: {
          verb: verb.direction,
          migrations: migrations.map(({ name }) => name).filter(name => names.has(name)),
          backup: sets[0],
        },
        run: number => claim(sizes.get(number) ?? 0, watch()),
      })
    }
    for (const [name, { done, error, vanished }] of work.results) {
      const before = outcomes.get(name)?.before
      outcomes.set(name, {
        ...(before !== undefined && { before }),
        done,
        ...statusOf(error, vanished === true),
      })
    }
    const isOver = () => work.isOver() || control.signal?.aborted === true
    const joined: MigratePlan | undefined = isOver() ? undefined : await first.newcomers(members)
    next = joined && (await backUp(joined))
  }
  await work.settle()
  await addOthers(outcomes, journal, first)
  const sorted = [...members.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  const rows = sorted.map(
    ({ name }) => outcomes.get(name) ?? { status: 'not-run' as const, done: [] },
  )
  return {
    plan: { ...first, members: sorted, positions: [] },
    outcomes: rows,
    sets,
    ...(work.stopped !== undefined && { stopped: work.stopped }),
    ...(rollout !== undefined && { waves: await journal.waves.rows().catch(() => []) }),
  }
}

/** What other processes of the run have done is a part of it, too. */
async function addOthers(
  outcomes: Map<string, PlanOutcome>,
  journal: Journal,
  { namesAt }: MigratePlan,
): Promise<void> {
  const unknown = [...outcomes].filter(([, { status }]) => status === 'not-run')
  if (unknown.length === 0) return
  // When it does not serve, the run has stopped for that reason, or says so when it ends.
  const results = await journal.results(unknown.map(([name]) => name)).catch(() => [])
  for (const { database, state, done, error } of results) {
    const before = outcomes.get(database)?.before
    const all = state === 'ok' && before !== undefined ? namesAt(before) : []
    outcomes.set(database, {
      ...(before !== undefined && { before }),
      done: [...(done ?? all)],
      ...statusOf(state === 'failed' ? error : undefined, state === 'vanished'),
    })
  }
}

function inWaves(rows: readonly PlannedRow[], waves: readonly Wave[]): readonly PlannedRow[] {
  if (waves.length === 0) return rows
  const numbers = new Map(
    waves.flatMap(({ number, databases }) => databases.map(name => [name, number] as const)),
  )
  return rows.map(row => ({ ...row, wave: numbers.get(row.database) ?? row.wave }))
}

/** Makes one progress of the progress of each wave. */
function addUp(control: RunControl, total: number): () => RunControl {
  const before = { done: 0, failed: 0 }
  let last = { done: 0, failed: 0 }
  return () => {
    before.done += last.done
    before.failed += last.failed
    last = { done: 0, failed: 0 }
    const { done, failed } = before
    return {
      ...control,
      onProgress(progress: RunProgress) {
        last = progress
        control.onProgress?.({
          ...progress,
          done: done + progress.done,
          failed: failed + progress.failed,
          total,
        })
      },
    }
  }
}

export interface Division {
  plans: PlanEntry[]
  rows: PlannedRow[]
  settled: RecordedRow[]
  /** How many have nothing to do, by position. */
  idle: Record<string, number>
  claimed: Map<string, ClaimedWork>
  /** Those of `rows`. */
  due: Due[]
}

/** Who has something to do; the others have their outcome already. */
export async function divide(
  plan: MigratePlan,
  firstNumber: number,
  outcomes: Map<string, PlanOutcome>,
): Promise<Division> {
  const numbers = new Map<KeyedPosition, number>()
  const division: Division = {
    plans: [],
    rows: [],
    settled: [],
    idle: {},
    claimed: new Map(),
    due: [],
  }
  const { plans, rows, settled, idle, claimed, due } = division
  for (const [index, member] of plan.members.entries()) {
    const { name } = member
    const position = plan.positions[index]
    if (position === undefined) {
      outcomes.set(name, { status: 'not-run', done: [] })
      continue
    }
    if ('error' in position) {
      const { error } = position
      const vanished = error.code === 'missing' && (await plan.hasVanished(name))
      outcomes.set(name, { done: [], ...statusOf(error, vanished) })
      const state = vanished ? 'vanished' : 'failed'
      settled.push({ database: name, state, error, errorClass: errorClassOf(error.code) })
      continue
    }
    const names = plan.namesAt(position)
    if (names.length === 0) {
      outcomes.set(name, { status: 'ok', before: position, done: [] })
      const at = position.position ?? ''
      idle[at] = (idle[at] ?? 0) + 1
      continue
    }
    outcomes.set(name, { status: 'not-run', before: position, done: [] })
    let number = numbers.get(position)
    if (number === undefined) {
      number = firstNumber + plans.length
      numbers.set(position, number)
      plans.push({ number, position: position.position, ledger: position.ledger, names })
    }
    rows.push({ database: name, wave: CANARY, plan: number })
    due.push({ member, position })
    claimed.set(name, { member, names, ledger: position.ledger })
  }
  return division
}

function statusOf(
  error: ErrorReport | undefined,
  vanished: boolean,
): Pick<PlanOutcome, 'status' | 'error' | 'vanished'> {
  if (vanished) return { status: 'skipped', vanished }
  return error === undefined ? { status: 'ok' } : { status: 'failed', error }
}
