import { dbfleet, plainLoop } from './commands.mjs'
import { dbmateUp } from './dbmate.mjs'
import { makeProject, remakeFleet } from './fleets.mjs'
import { runInTurn } from './measure.mjs'
import { ratiosTable, timesTable, whole } from './report.mjs'
import { checkSameWork } from './same-work.mjs'
import { ratios } from './statistics.mjs'

/** dbmate takes the same time for each database, so that a part of the fleet tells enough. */
const LARGEST_SAMPLE = 300

/** @param {import('./options.mjs').Options & { workspace: string }} options */
export async function run({ workspace, databases, rounds = 5, tell }) {
  const project = makeProject(workspace)
  await checkSameWork(project)
  const sample = Math.min(databases, LARGEST_SAMPLE)
  const prepare = () => remakeFleet(project, databases)
  const runs = await runInTurn(
    [
      { label: 'dbfleet up --all', command: dbfleet(project, ['up', '--all']), databases, prepare },
      { label: 'plain loop', command: plainLoop(project, 'up'), databases, prepare },
      {
        label: 'dbmate up by xargs -P2',
        command: dbmateUp(project, sample),
        databases: sample,
        prepare: () => remakeFleet(project, sample),
      },
    ],
    { rounds, tell },
  )
  const [ours, plain, dbmate] = runs
  return {
    title: `up: ${whole(databases)} empty databases, three pending migrations`,
    tables: [
      timesTable(runs),
      ratiosTable([
        { label: 'dbfleet / plain loop', ratios: ratios(ours, plain), target: { atMost: 1.3 } },
        {
          label: 'dbmate / dbfleet, per database',
          ratios: ratios(dbmate, ours),
          target: { atLeast: 6 },
        },
      ]),
    ],
  }
}
