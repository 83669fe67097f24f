import { dbfleet, plainLoop } from './commands.mjs'
import { databaseNames, makeProject, remakeFleet, writeLines } from './fleets.mjs'
import { runInTurn } from './measure.mjs'
import { ratiosTable, timesTable, whole } from './report.mjs'
import { checkSameWork } from './same-work.mjs'
import { ratios } from './statistics.mjs'

/** @param {import('./options.mjs').Options & { workspace: string }} options */
export async function run({ workspace, databases, rounds = 5, tell }) {
  const project = makeProject(workspace)
  await checkSameWork(project)
  const stdin = writeLines(project, 'names.txt', databaseNames(databases))
  // Making the empty files is not counted: the comparison is with migrating alone.
  const prepare = () => remakeFleet(project, databases)
  const runs = await runInTurn(
    [
      {
        label: 'dbfleet create -',
        command: dbfleet(project, ['create', '-'], { stdin }),
        databases,
        prepare: () => remakeFleet(project, 0),
      },
      { label: 'dbfleet up --all', command: dbfleet(project, ['up', '--all']), databases, prepare },
      { label: 'plain loop', command: plainLoop(project, 'up'), databases, prepare },
    ],
    { rounds, tell },
  )
  const [create, up, plain] = runs
  return {
    title: `create: ${whole(databases)} new databases at the schema of three migrations`,
    tables: [
      timesTable(runs),
      ratiosTable([
        { label: 'dbfleet up / create', ratios: ratios(up, create), target: { atLeast: 3 } },
        { label: 'plain loop / create', ratios: ratios(plain, create) },
      ]),
    ],
  }
}
