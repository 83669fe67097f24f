import type { Journal, PlanEntry, PlannedRow, RecordedRow } from '../control/run-journal.js'
import type { Member } from '../fleet/member.js'
import type { TransactionMode } from '../migrate/steps.js'
import { errorClassOf } from '../report/error-class.js'
import type { ErrorReport } from '../report/error-report.js'
import type { DatabaseResult } from '../report/fleet-report.js'
import { parseFailureBudget } from '../run/failure-budget.js'
import type { MigrateInit } from './migrate-job.js'
import type { MigratePlan } from './migrate-plan.js'
import { type ClaimedWork, type Claims, runClaims } from './run-claims.js'
import type { RunControl } from './run-control.js'
import { classesThatPass, RunWork } from './run-work.js'
import type { KeyedPosition } from './survey-job.js'

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
  /** Why not all was done. */
  stopped?: ErrorReport
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
  carryOut?: CarryOut,
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
  let planned = 0
  let part: MigratePlan | undefined = first
  while (part !== undefined) {
    const { rows, plans, settled, idle, claimed } = await divide(part, planned, outcomes)
    planned += plans.length
    for (const member of part.members) members.set(member.name, member)
    await journal.plan(plans, rows, { total: members.size, idle })
    await journal.settle(settled)
    await journal.open()
    const claims: Claims = {
      members: part.members,
      total: rows.length,
      find: ({ database }) => claimed.get(database),
    }
    if (carryOut !== undefined) await carryOut(work, claims)
    else await runClaims(context, work, claims, { ...verb, migrations }, control)
    for (const [name, { done, error, vanished }] of work.results) {
      const before = outcomes.get(name)?.before
      outcomes.set(name, {
        ...(before !== undefined && { before }),
        done,
        ...statusOf(error, vanished === true),
      })
    }
    part =
      work.isOver() || control.signal?.aborted === true ? undefined : await first.newcomers(members)
  }
  await work.settle()
  const sorted = [...members.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  const rows = sorted.map(
    ({ name }) => outcomes.get(name) ?? { status: 'not-run' as const, done: [] },
  )
  return {
    plan: { ...first, members: sorted, positions: [] },
    outcomes: rows,
    ...(work.stopped !== undefined && { stopped: work.stopped }),
  }
}

export interface Division {
  plans: PlanEntry[]
  rows: PlannedRow[]
  settled: RecordedRow[]
  /** How many have nothing to do, by position. */
  idle: Record<string, number>
  claimed: Map<string, ClaimedWork>
}

/** Who has something to do; the others have their outcome already. */
export async function divide(
  plan: MigratePlan,
  firstNumber: number,
  outcomes: Map<string, PlanOutcome>,
): Promise<Division> {
  const numbers = new Map<KeyedPosition, number>()
  const division: Division = { plans: [], rows: [], settled: [], idle: {}, claimed: new Map() }
  const { plans, rows, settled, idle, claimed } = division
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
    rows.push({ database: name, wave: 0, plan: number })
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
