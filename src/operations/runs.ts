import { readResults, readRun, readRunPlan, readRuns } from '../control/read-runs.js'
import { readWaves } from '../control/read-waves.js'
import { UsageError } from '../errors/usage-error.js'
import { type Selection, selectMembers } from '../fleet/selection.js'
import { summarize } from '../report/fleet-report.js'
import type { RunDatabaseRow, RunReport, RunRow, RunsReport } from '../report/run-rows.js'
import type { FleetContext } from './members/fleet-context.js'
import { controlOf } from './runs/open-control.js'
import { positionsLeft } from './runs/positions-left.js'

/** Enough to find the one that is meant. */
const USUAL_LIMIT = 20

/**
 * The newest runs of the journal, newest first.
 *
 * @throws UsageError `no-journal`, `control-failed`
 */
export async function runs(
  context: FleetContext,
  { limit = USUAL_LIMIT }: { limit?: number } = {},
): Promise<RunsReport> {
  await using control = await controlOf(context)
  return { schema: 1, command: 'runs', runs: await readRuns(control, limit) }
}

/** Which databases of a run are shown. */
export type RunSelection = Pick<Selection, 'db' | 'except'>

/**
 * One run, and what it did to each database, or to those that are selected.
 *
 * @throws UsageError `unknown-run`, `unknown-database`, `no-journal`, `control-failed`
 */
export async function showRun(
  context: FleetContext,
  id: number,
  selection: RunSelection = {},
): Promise<RunReport> {
  await using control = await controlOf(context)
  const run = known(await readRun(control, id), id)
  const databases: RunDatabaseRow[] = []
  const positionOf = positionsLeft(await readRunPlan(control, id))
  for await (const results of readResults(control, id)) {
    for (const result of results) {
      const { plan: _, ...row } = result
      const after = result.after ?? positionOf(result)
      databases.push({ ...row, ...(after !== undefined && { after }) })
    }
  }
  const waves = await readWaves(control, id)
  const shown = selectMembers(databases, selection, { changing: false, whole: 'run' })
  const { total, ok, failed, skipped, notRun, inHand } = run
  const isAll = shown.length === databases.length
  return {
    schema: 1,
    command: 'runs',
    run,
    ...(waves.length > 0 && { waves }),
    databases: shown,
    summary: isAll ? { total, ok, failed, skipped, notRun: notRun + inHand } : summarize(shown),
  }
}

/** @throws UsageError `unknown-run` */
export function known(run: RunRow | undefined, id: number): RunRow {
  if (run !== undefined) return run
  throw new UsageError('unknown-run', `there is no run ${id}`, {
    hint: '`dbfleet runs` shows those that there are.',
  })
}
