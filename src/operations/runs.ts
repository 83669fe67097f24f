import { readResults, readRun, readRuns } from '../control/read-runs.js'
import { UsageError } from '../errors/usage-error.js'
import type { RunDatabaseRow, RunReport, RunRow, RunsReport } from '../report/run-rows.js'
import type { FleetContext } from './members/fleet-context.js'
import { controlOf } from './runs/open-control.js'

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

/**
 * One run, and what it did to each database.
 *
 * @throws UsageError `unknown-run`, `no-journal`, `control-failed`
 */
export async function showRun(context: FleetContext, id: number): Promise<RunReport> {
  await using control = await controlOf(context)
  const run = known(await readRun(control, id), id)
  const databases: RunDatabaseRow[] = []
  for await (const rows of readResults(control, id)) databases.push(...rows)
  const { total, ok, failed, skipped, notRun, inHand } = run
  return {
    schema: 1,
    command: 'runs',
    run,
    databases,
    summary: { total, ok, failed, skipped, notRun: notRun + inHand },
  }
}

/** @throws UsageError `unknown-run` */
export function known(run: RunRow | undefined, id: number): RunRow {
  if (run !== undefined) return run
  throw new UsageError('unknown-run', `there is no run ${id}`, {
    hint: '`dbfleet runs` shows those that there are.',
  })
}
