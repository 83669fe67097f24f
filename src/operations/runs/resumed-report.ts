import type { Control } from '../../control/control-database.js'
import { type RunPlan, type RunResult, readResults, readRun } from '../../control/read-runs.js'
import { summarize } from '../../report/fleet-report.js'
import type { MigrateReport, MigrateRow } from '../../report/migrate-rows.js'
import type { RunRow } from '../../report/run-rows.js'
import { positionsLeft } from './positions-left.js'
import type { RunVerb } from './run-plan.js'

interface Ending {
  plan: RunPlan
  /** What its rows say: what was applied, reverted, or both. */
  direction: RunVerb['direction']
  /** `performance.now()` at the start. */
  began: number
  signal: AbortSignal | undefined
}

/** The report of a whole run, in whose hands its databases ever were. */
export async function resumedReport(
  journal: Control,
  run: RunRow,
  { plan, direction, began, signal }: Ending,
): Promise<Omit<MigrateReport, 'schema' | 'command'>> {
  const databases: MigrateRow[] = []
  const positionOf = positionsLeft(plan)
  for await (const results of readResults(journal, run.id)) {
    databases.push(...results.map(result => rowOf(result, direction, positionOf(result))))
  }
  // What could be read at last was backed up, too.
  const { backup, furtherBackups } = (await readRun(journal, run.id)) ?? run
  return {
    ...(backup !== undefined && { backup }),
    ...(furtherBackups !== undefined && { furtherBackups }),
    ...(run.undoes !== undefined && { undoes: run.undoes }),
    databases,
    summary: summarize(databases),
    durationMs: performance.now() - began,
    interrupted: signal?.aborted === true,
  }
}

function rowOf(
  { name, status, error, before, done }: RunResult,
  direction: RunVerb['direction'],
  position: string | null = before,
): MigrateRow {
  return {
    name,
    status,
    ...(error !== undefined && status === 'failed' && { error }),
    ...(direction !== 'down' && { applied: done }),
    ...(direction !== 'up' && { reverted: done }),
    position,
  }
}
