import type { Member } from '../fleet/member.js'
import type { TransactionMode } from '../migrate/steps.js'
import type { DatabaseResult } from '../report/fleet-report.js'
import { parseFailureBudget } from '../run/failure-budget.js'
import { crashReport } from './crash.js'
import type { MigrateInit, MigrateItem, MigrateResult } from './migrate-job.js'
import type { MigratePlan } from './migrate-plan.js'
import type { RunControl } from './run-control.js'
import { runOnMembers } from './run-on-members.js'
import type { KeyedPosition } from './survey-job.js'

interface Work {
  index: number
  member: Member
  position: KeyedPosition
  names: string[]
}

/** What became of one member of a plan, before a verb puts it in its own row. */
export interface PlanOutcome extends Pick<DatabaseResult, 'status' | 'error'> {
  /** Where it stood before; `undefined` when that could not be read. */
  before?: KeyedPosition
  /** What was committed, in order. */
  done: string[]
}

/** Carries a plan out on the members that have something to do. */
export async function runPlan(
  plan: MigratePlan,
  verb: Pick<MigrateInit, 'direction' | 'allowOutOfOrder'> & { mode: TransactionMode },
  control: RunControl,
): Promise<PlanOutcome[]> {
  const { context, members, positions } = plan
  const { config } = context
  const outcomes = positions.map<PlanOutcome>(result => {
    if (result === undefined) return { status: 'not-run', done: [] }
    if ('error' in result) return { status: 'failed', error: result.error, done: [] }
    return { status: 'ok', before: result, done: [] }
  })
  const work = outcomes.flatMap(({ before: position }, index): Work[] => {
    const names = position === undefined ? [] : plan.namesAt(position)
    const member = members[index]
    if (position === undefined || names.length === 0 || member === undefined) return []
    return [{ index, member, position, names }]
  })

  const maxFailures = control.maxFailures ?? config.maxFailures
  const unread = outcomes.filter(({ status }) => status === 'failed').length
  const limit =
    maxFailures === undefined ? undefined : parseFailureBudget(maxFailures, members.length)
  const init: MigrateInit = {
    ...verb,
    migrations: plan.migrations,
    busyTimeoutMs: control.busyTimeoutMs ?? config.busyTimeoutMs,
  }
  const libsqlOnly = new Set(
    plan.migrations.filter(({ needsLibsql }) => needsLibsql).map(({ name }) => name),
  )
  const results = await runOnMembers<MigrateItem, MigrateResult>(
    context,
    work.map(({ member }) => member),
    {
      phase: verb.direction,
      spec: { name: 'migrate', init },
      item: (target, index) => ({
        target,
        names: work[index]?.names ?? [],
        // It would only make messages to workers longer.
        ...('endpoint' in target && { ledger: work[index]?.position.ledger ?? [] }),
      }),
      needsLibsql: index => work[index]?.names.some(name => libsqlOnly.has(name)) === true,
      crashed: message => ({ done: [], error: crashReport(message) }),
      reads: false,
      ...(limit && { budget: { exceededBy: failed => limit.exceededBy(failed + unread) } }),
    },
    control,
  )
  for (const [i, { index, position, names }] of work.entries()) {
    outcomes[index] = outcomeOf(results[i], position, names)
  }
  return outcomes
}

function outcomeOf(
  result: MigrateResult | undefined,
  before: KeyedPosition,
  names: string[],
): PlanOutcome {
  if (result === undefined) return { status: 'not-run', before, done: [] }
  const { done, error } = result
  if (error !== undefined) return { status: 'failed', before, done, error }
  // Ten thousand equal lists become one.
  const complete = done.length === names.length && done.every((name, i) => name === names[i])
  return { status: 'ok', before, done: complete ? names : done }
}
