import { setTimeout as sleep } from 'node:timers/promises'
import type { Journal } from '../../control/journal.js'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import { type ErrorReport, reportError } from '../../report/error-report.js'
import type { Health, WaveRow } from '../../report/wave-rows.js'
import { parseFailureBudget } from '../../run/failure-budget.js'
import type { RunControl } from '../members/run-control.js'
import { runHealthCommand } from './health-command.js'
import { CANARY } from './plan-waves.js'
import type { Rollout } from './rollout.js'
import type { RunWork } from './run-work.js'

/** What the health command is told of the run. */
export interface RunFacts {
  verb: string
  /** What is applied or reverted. */
  migrations: readonly string[]
  /** The backup set that was made first. */
  backup?: string | undefined
}

export interface RunWavesOptions {
  rollout: Rollout
  journal: Journal
  work: RunWork
  control: RunControl
  /** How many may fail in all; without it, any number may, but none of the canary. */
  maxFailures: string | undefined
  /** Where the health command runs. */
  cwd: string
  facts: RunFacts
  /** Works on databases of the wave that is open, until there are no more. */
  run(number: number): Promise<void>
}

const MOST_FAILURES_TOLD = 100
/** A pause ends so soon when the run is stopped from elsewhere. */
const PAUSE_STEP_MS = 500

/**
 * Conducts waves of a run: opens one after the other, and has each judged before the next. When it
 * comes back before the last one is done, `work` or the signal says why.
 *
 * @param numbers those that are not over, in their order
 */
export async function runWaves(
  numbers: readonly number[],
  { rollout, journal, work, control, maxFailures, cwd, facts, run }: RunWavesOptions,
): Promise<void> {
  const { signal } = control
  const isOver = () => work.isOver() || signal?.aborted === true
  // Whoever goes on with a run has seen these.
  const before = failuresIn((await recorded(work, () => journal.waves.rows())) ?? [])
  for (const [index, number] of numbers.entries()) {
    await recorded(work, () => begin(journal, work, number, index === 0))
    if (isOver()) return
    if (number === CANARY) await recorded(work, () => guardCanary(journal, work, maxFailures))
    await run(number)
    if (isOver()) return
    await recorded(work, () => settle(journal, work, number, before))
    const rows = (await recorded(work, () => journal.waves.rows())) ?? []
    const row = rows.find(each => each.number === number)
    if (isOver() || row === undefined) return
    const last = rows.at(-1)?.number ?? number
    const pauseMs = number === last ? 0 : rollout.pauseMs
    if (rollout.health === undefined) {
      control.onWave?.({ row, last, pauseMs })
    } else {
      const input = await recorded(work, () => whatItIsTold(journal, facts, row, rows.length))
      if (input === undefined) return
      const health = await runHealthCommand(rollout.health, {
        cwd,
        env: { DBFLEET_RUN: String(journal.id ?? ''), DBFLEET_WAVE: String(number) },
        input,
        timeoutMs: rollout.healthTimeoutMs,
        signal,
        kill: control.kill,
        onOutput: control.onHealthOutput,
      })
      if (health === undefined) return
      const hasPassed = health.status === 'passed'
      control.onWave?.({ row: { ...row, health }, last, pauseMs: hasPassed ? pauseMs : 0 })
      await recorded(work, () => journal.waves.judge(number, health))
      if (!hasPassed) await work.stop(unwell(row, health))
    }
    await pause(pauseMs, isOver, signal)
    if (isOver()) return
  }
}

async function begin(
  journal: Journal,
  work: RunWork,
  number: number,
  isFirst: boolean,
): Promise<void> {
  if (isFirst) await journal.open(number)
  if (await journal.waves.begin(number)) return
  await work.stop({
    code: 'run-stopped',
    message: 'another process has stopped the run, or goes on with it',
  })
}

/** A share of the whole run would let the whole canary fail. */
async function guardCanary(
  journal: Journal,
  work: RunWork,
  maxFailures: string | undefined,
): Promise<void> {
  const rows = await journal.waves.rows()
  const total = rows.find(({ number }) => number === CANARY)?.total ?? 0
  work.guardCanary(parseFailureBudget(maxFailures ?? '0', total))
}

interface Failures {
  canary: number
  all: number
}

function failuresIn(rows: readonly WaveRow[]): Failures {
  return {
    canary: rows.find(({ number }) => number === CANARY)?.failed ?? 0,
    all: rows.reduce((sum, { failed }) => sum + failed, 0),
  }
}

async function settle(
  journal: Journal,
  work: RunWork,
  number: number,
  before: Failures,
): Promise<void> {
  await work.settle()
  if (work.isOver()) return
  await journal.waves.end(number)
  const { canary, all } = failuresIn(await journal.waves.rows())
  await work.judge({ canary: canary - before.canary, all: all - before.all })
}

/** Waves of which something is left to do, or to judge. */
export function unfinishedWaves(rows: readonly WaveRow[], { health }: Rollout): WaveRow[] {
  return rows.filter(
    row =>
      row.notRun > 0 ||
      row.endedAt === null ||
      (health !== undefined && row.health?.status !== 'passed'),
  )
}

async function whatItIsTold(
  journal: Journal,
  { verb, migrations, backup }: RunFacts,
  { number, name, total, ok, failed, skipped }: WaveRow,
  waves: number,
): Promise<string> {
  const [summary, failures] = [
    await journal.waves.summary(),
    await journal.waves.failures(MOST_FAILURES_TOLD),
  ]
  const told = {
    schema: 1,
    run: journal.id ?? null,
    verb,
    wave: { number, name, total, ok, failed, skipped },
    waves,
    summary,
    failures,
    migrations,
    ...(backup !== undefined && { backup }),
  }
  return `${JSON.stringify(told)}\n`
}

function unwell({ name }: WaveRow, { reason }: Health): ErrorReport {
  const after = name === 'canary' ? 'the canary' : name
  return {
    code: 'health-failed',
    message: `the health command did not pass after ${after}: ${reason}`,
  }
}

async function pause(
  ms: number,
  isOver: () => boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  const end = performance.now() + ms
  while (!isOver()) {
    const left = end - performance.now()
    if (left <= 0) return
    // It throws when the signal comes, which is seen here.
    await sleep(Math.min(left, PAUSE_STEP_MS), undefined, { signal }).catch(() => undefined)
  }
}

/** Stops the run when the control database does not serve. */
async function recorded<T>(work: RunWork, write: () => Promise<T>): Promise<T | undefined> {
  try {
    return await write()
  } catch (error) {
    if (!(error instanceof DbfleetError)) throw error
    await work.stop(reportError(error))
    return undefined
  }
}
