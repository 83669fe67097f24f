import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { dbfleet } from './commands.mjs'
import { makeProject, migratedDatabase, remakeFleet } from './fleets.mjs'
import { runInTurn } from './measure.mjs'
import { ratiosTable, timesTable, whole } from './report.mjs'
import { ratios } from './statistics.mjs'

/** What was written a moment ago is not believed to be known. */
const SETTLED_MS = 3000

/** @param {import('./options.mjs').Options & { workspace: string }} options */
export async function run({ workspace, databases, rounds = 5, tell }) {
  const project = makeProject(workspace)
  remakeFleet(project, databases, await migratedDatabase(project))
  // What check remembers is kept in node_modules, where a project has it.
  const modules = join(workspace, 'node_modules')
  mkdirSync(modules)
  await delay(SETTLED_MS)

  const command = dbfleet(project, ['check'])
  const runs = await runInTurn(
    [
      {
        label: 'dbfleet check, nothing known',
        command,
        databases,
        prepare: () => rmSync(join(modules, '.cache'), { recursive: true, force: true }),
      },
      { label: 'dbfleet check, nothing changed', command, databases },
    ],
    { rounds, tell },
  )
  const [cold, warm] = runs
  return {
    title: `check: ${whole(databases)} databases that are as they should be`,
    tables: [
      timesTable(runs),
      ratiosTable([
        {
          label: 'nothing known / nothing changed',
          ratios: ratios(cold, warm),
          target: { atLeast: 5 },
        },
      ]),
    ],
  }
}
