import type { Control } from '../control/control-database.js'
import type { ClaimedRow } from '../control/journal.js'
import { type RunPlan, readRun, readRunPlan } from '../control/read-runs.js'
import type { RunJournal } from '../control/run-journal.js'
import { UsageError } from '../errors/usage-error.js'
import type { Member } from '../fleet/member.js'
import { resolveFleet } from '../fleet/resolve-fleet.js'
import { loadMigrations } from '../migrate/load-migrations.js'
import type { MigrateReport } from '../report/migrate-rows.js'
import { againAfter, MIGRATING_VERBS } from '../report/run-again.js'
import type { RunRow } from '../report/run-rows.js'
import { parseFailureBudget } from '../run/failure-budget.js'
import { KeptExecutors } from '../run/kept-executors.js'
import type { FleetContext } from './members/fleet-context.js'
import type { RunControl } from './members/run-control.js'
import { controlOf } from './runs/open-control.js'
import { planAgain } from './runs/plan-again.js'
import { resumedReport } from './runs/resumed-report.js'
import type { Rollout } from './runs/rollout.js'
import { type ClaimedWork, runClaims } from './runs/run-claims.js'
import type { RunVerb } from './runs/run-plan.js'
import { runWaves, unfinishedWaves } from './runs/run-waves.js'
import { classesThatPass, RunWork } from './runs/run-work.js'
import { withinRun } from './runs/with-run.js'
import { known } from './runs.js'
import type { KeyOptions } from './sets/keys-of.js'

export interface ResumeOptions extends RunControl, KeyOptions {
  /** Tries again what failed, too. */
  retry?: 'failed'
  /** Of a run of `undo --from-backup`: restores also what was written to since. */
  acceptLoss?: boolean
}

/** Which states of a run somebody may still be working in. */
const GOING_ON: readonly RunRow['state'][] = ['running', 'stopping']

/** Which have something left, of which a database that failed is none. */
const UNDONE: readonly RunRow['state'][] = [...GOING_ON, 'stopped', 'interrupted', 'lost']

/**
 * Goes on with a run that nobody works on any more.
 *
 * @param id the default is the newest run that left something undone
 * @throws UsageError `unknown-run`, `nothing-to-resume`, `run-goes-on`, `cannot-resume`,
 * `other-migrations`, and what listing the fleet throws; nothing was touched
 */
export async function resume(
  context: FleetContext,
  id: number | undefined,
  options: ResumeOptions = {},
): Promise<MigrateReport> {
  await using journal = await controlOf(context)
  const run =
    id === undefined
      ? await newestUndone(journal, options.retry)
      : known(await readRun(journal, id), id)
  if (GOING_ON.includes(run.state)) {
    throw new UsageError('run-goes-on', `run ${run.id} goes on, on ${run.host}`, {
      hint: `\`dbfleet up --all --join ${run.id}\` helps it; that a process died is noticed after ${context.config.leaseMs / 1_000} s.`,
    })
  }
  const restoring = await restoringRun(journal, run)
  if (restoring !== undefined) {
    const { resumeRestores } = await import('./undo/resume-restores.js')
    return await resumeRestores(context, journal, restoring, options)
  }
  const { retry, acceptLoss = false, ...control } = options
  if (acceptLoss) {
    throw new UsageError('bad-options', `run ${run.id} restores nothing from a backup set`, {
      hint: 'Nothing was touched. Leave out --accept-loss.',
    })
  }
  return await goOn(context, journal, run, control, async (runJournal, found) => {
    if (retry === 'failed') await planAgain(context, runJournal, { ...found, run }, control)
  })
}

/**
 * Takes part in a run that goes on in another process.
 *
 * @throws UsageError as `resume` does; `run-ended` when it does not go on, `other-fleet` when databases of
 * the run are not in this fleet
 */
export async function join(
  context: FleetContext,
  id: number,
  control: RunControl = {},
): Promise<MigrateReport> {
  await using journal = await controlOf(context)
  const run = known(await readRun(journal, id), id)
  if (!GOING_ON.includes(run.state)) {
    throw new UsageError('run-ended', `run ${id} does not go on any more: it is ${run.state}`, {
      hint: `\`dbfleet resume ${id}\` goes on with what is left of it.`,
    })
  }
  return await goOn(context, journal, run, control)
}

async function newestUndone(control: Control, retry: ResumeOptions['retry']): Promise<RunRow> {
  const { readRuns } = await import('../control/read-runs.js')
  const runs = await readRuns(control, 100, MIGRATING_VERBS)
  const undone = runs.find(
    ({ state, notRun, failed }) =>
      UNDONE.includes(state) || notRun > 0 || (retry === 'failed' && failed > 0),
  )
  if (undone !== undefined) return undone
  const failed = runs.find(run => run.failed > 0)
  throw new UsageError('nothing-to-resume', 'none of the newest runs left anything undone', {
    hint:
      failed === undefined
        ? '`dbfleet runs` shows them; name the run that you mean.'
        : `\`dbfleet resume ${failed.id} --retry failed\` tries again what failed in run ${failed.id}.`,
  })
}

async function goOn(
  context: FleetContext,
  journal: Control,
  run: RunRow,
  control: RunControl,
  begin?: (
    journal: RunJournal,
    found: { plan: RunPlan; members: readonly Member[] },
  ) => Promise<void>,
): Promise<MigrateReport> {
  const isResumed = begin !== undefined
  const began = performance.now()
  const plan = await readRunPlan(journal, run.id)
  const { direction, mode, allowOutOfOrder, rollout } = plan.options as Partial<RunVerb> & {
    rollout?: Rollout
  }
  if (direction === undefined || mode === undefined || allowOutOfOrder === undefined) {
    const isRestoring = (await restoringRun(journal, run)) !== undefined
    throw new UsageError('cannot-resume', `run ${run.id} is a \`${run.verb}\``, {
      hint: isRestoring
        ? 'Nothing was touched. It restores databases, which one process does; wait for its end.'
        : `Nothing was touched. ${againAfter(run) ?? 'Take it back again: what is done is passed over.'}`,
    })
  }
  const [migrations, members] = await Promise.all([
    loadMigrations(context.config.migrations),
    resolveFleet(context.sources, { root: context.config.root, required: true }),
  ])
  refuseOtherMigrations(run, plan, migrations)
  const maxFailures = control.maxFailures ?? context.config.maxFailures
  return withinRun(context, journal, run.id, async runJournal => {
    await begin?.(runJournal, { plan, members })
    const find = finder(plan, members)
    await using work = new RunWork(runJournal, {
      signal: control.signal,
      failedBefore: 0,
      budget: maxFailures === undefined ? undefined : parseFailureBudget(maxFailures, run.total),
      patienceMs: control.busyTimeoutMs ?? context.config.busyTimeoutMs,
      hasVanished: async () => false,
      unknown: isResumed ? 'vanished' : 'others',
      retried: classesThatPass(direction),
    })
    await using kept = new KeptExecutors()
    const claim = (total: number) =>
      runClaims(
        context,
        work,
        { members, total, find, kept },
        { direction, mode, allowOutOfOrder, migrations },
        control,
      )
    const waves = await runJournal.waves.rows()
    if (isResumed && rollout !== undefined && waves.length > 0) {
      const left = new Map(
        unfinishedWaves(waves, rollout).map(({ number, notRun }) => [number, notRun]),
      )
      await runWaves([...left.keys()], {
        rollout,
        journal: runJournal,
        work,
        control,
        maxFailures,
        cwd: context.config.root,
        facts: {
          verb: run.verb,
          migrations: plan.migrations.map(({ name }) => name),
          backup: run.backup,
        },
        run: number => claim(left.get(number) ?? 0),
      })
    } else {
      if (isResumed) await runJournal.open()
      await claim(Math.max(plan.left, run.failed))
    }
    await work.settle()
    const { stopped } = work
    return {
      schema: 1,
      ...(isResumed ? { command: 'resume', verb: run.verb } : { command: run.verb }),
      ...(await resumedReport(journal, run, { plan, direction, began, signal: control.signal })),
      ...(stopped !== undefined && { stopped }),
      ...(waves.length > 0 && { waves: await runJournal.waves.rows().catch(() => waves) }),
    }
  })
}

/** The run, when it is one of `undo --from-backup`. */
async function restoringRun(
  journal: Control,
  run: RunRow,
): Promise<(RunRow & { undoes: number }) | undefined> {
  const { undoes } = run
  if (run.verb !== 'undo' || undoes === undefined) return undefined
  const { options } = await readRunPlan(journal, run.id)
  return options.direction === 'restore' ? { ...run, undoes } : undefined
}

function refuseOtherMigrations(
  { id }: RunRow,
  plan: RunPlan,
  migrations: readonly { name: string; checksum: string }[],
): void {
  const checksums = new Map(migrations.map(({ name, checksum }) => [name, checksum]))
  const others = plan.migrations.filter(({ name, checksum }) => checksums.get(name) !== checksum)
  if (others.length === 0) return
  const names = others.map(({ name }) => name).join(', ')
  throw new UsageError('other-migrations', `run ${id} began with another text of ${names}`, {
    hint: 'Nothing was touched. Bring back the migrations that it began with, or begin a new run.',
  })
}

function finder(
  plan: RunPlan,
  members: readonly Member[],
): (row: ClaimedRow) => ClaimedWork | undefined {
  const byName = new Map(members.map(member => [member.name, member]))
  const plans = new Map(plan.plans.map(entry => [entry.number, entry]))
  return ({ database, plan: number }) => {
    const member = byName.get(database)
    const entry = plans.get(number)
    if (member === undefined || entry === undefined) return undefined
    return { member, names: entry.names, ledger: entry.ledger }
  }
}
