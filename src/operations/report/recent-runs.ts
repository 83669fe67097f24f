import type { Control } from '../../control/control-database.js'
import { readCourse } from '../../control/read-course.js'
import { readLastResults } from '../../control/read-last-results.js'
import { readRuns } from '../../control/read-runs.js'
import type { RunFacts } from '../../page/page-facts.js'
import { CHANGING_VERBS } from '../../report/run-again.js'
import type { RunRow } from '../../report/run-rows.js'

/** The newest runs, what they left each database with, and how the newest big one went. */
export async function recentRuns(control: Control, limit: number): Promise<RunFacts> {
  const runs = await readRuns(control, limit)
  // What a backup read says nothing of what was changed before it.
  const changing = await readRuns(control, limit, CHANGING_VERBS)
  const last = await readLastResults(
    control,
    changing.map(({ id }) => id),
  )
  const run = newestBig(changing)
  if (run === undefined) return { runs, last }
  return { runs, last, course: { run, ...(await readCourse(control, run.id)) } }
}

/** The newest that worked on a tenth of the databases that the largest of them worked on. */
function newestBig(runs: readonly RunRow[]): RunRow | undefined {
  const worked = ({ total, idle }: RunRow) => total - idle
  const most = Math.max(0, ...runs.map(worked))
  return runs.find(run => worked(run) > 1 && worked(run) >= most / 10)
}
