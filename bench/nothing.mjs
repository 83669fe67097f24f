import { dbfleet, plainLoop } from './commands.mjs'
import { makeProject, migratedDatabase, remakeFleet } from './fleets.mjs'
import { runCommand, runInTurn } from './measure.mjs'
import { ratiosTable, timesTable, whole } from './report.mjs'
import { ratios } from './statistics.mjs'

/** @param {import('./options.mjs').Options & { workspace: string }} options */
export async function run({ workspace, databases, rounds = 5, tell }) {
  const project = makeProject(workspace)
  remakeFleet(project, databases, await migratedDatabase(project))
  await runCommand(dbfleet(project, ['status', '--exit-code']))

  const runs = await runInTurn(
    [
      { label: 'dbfleet up --all', command: dbfleet(project, ['up', '--all']), databases },
      { label: 'dbfleet status', command: dbfleet(project, ['status']), databases },
      { label: 'plain loop', command: plainLoop(project, 'read'), databases },
    ],
    { rounds, tell },
  )
  const [up, status, plain] = runs
  const target = { atMost: 2 }
  return {
    title: `nothing: ${whole(databases)} databases that are up to date`,
    tables: [
      timesTable(runs),
      ratiosTable([
        { label: 'dbfleet up --all / plain loop', ratios: ratios(up, plain), target },
        { label: 'dbfleet status / plain loop', ratios: ratios(status, plain), target },
      ]),
    ],
  }
}
