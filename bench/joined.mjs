import { fileURLToPath } from 'node:url'
import { dbfleet } from './commands.mjs'
import { makeProject, remakeFleet } from './fleets.mjs'
import { runInTurn } from './measure.mjs'
import { ratiosTable, timesTable, whole } from './report.mjs'
import { ratios } from './statistics.mjs'

const PROCESSES = fileURLToPath(new URL('./joined-processes.mjs', import.meta.url))

/** @param {import('./options.mjs').Options & { workspace: string }} options */
export async function run({ workspace, databases, rounds = 3, tell }) {
  const project = makeProject(workspace)
  const prepare = () => remakeFleet(project, databases)
  const by = count => ({
    label: count === 1 ? '1 process' : `${count} processes, joined`,
    command: { argv: [process.execPath, PROCESSES, String(count)], cwd: project.directory },
    databases,
    prepare,
  })
  const usual = {
    label: '1 process with its usual threads',
    command: dbfleet(project, ['up', '--all']),
    databases,
    prepare,
  }
  const runs = await runInTurn([by(1), by(2), usual], { rounds, tell })
  const [one, two, threads] = runs
  return {
    title: `joined: up --all on ${whole(databases)} databases, by processes with one thread each`,
    tables: [
      timesTable(runs),
      ratiosTable([
        { label: '1 process / 2 joined', ratios: ratios(one, two) },
        { label: '1 process / its usual threads', ratios: ratios(one, threads) },
      ]),
    ],
  }
}
