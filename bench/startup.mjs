import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dbfleet, emptyNode } from './commands.mjs'
import { makeProject, remakeFleet } from './fleets.mjs'
import { runCommand, runInTurn } from './measure.mjs'
import { ratiosTable, timesTable } from './report.mjs'
import { ratios } from './statistics.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

/** @param {import('./options.mjs').Options & { workspace: string }} options */
export async function run({ workspace, rounds = 15, tell }) {
  const withJson = makeProject(join(workspace, 'json'))
  const withTypescript = makeProject(join(workspace, 'typescript'))
  useTypescript(withTypescript)
  for (const project of [withJson, withTypescript]) {
    remakeFleet(project, 1)
    await runCommand(dbfleet(project, ['up', '--all']))
  }
  const runs = await runInTurn(
    [
      { label: 'node -e 0', command: emptyNode(withJson) },
      { label: 'dbfleet --version', command: dbfleet(withJson, ['--version']) },
      { label: 'dbfleet status, config in JSON', command: dbfleet(withJson, ['status']) },
      { label: 'dbfleet status, in TypeScript', command: dbfleet(withTypescript, ['status']) },
    ],
    { rounds, tell },
  )
  const [node, ...ours] = runs
  const targets = [{ atMost: 1.5 }, { atMost: 3 }, { atMost: 3 }]
  return {
    title: 'startup: whole processes, one database',
    tables: [
      timesTable(runs),
      ratiosTable(
        ours.map((each, i) => ({
          label: `${each.label} / node -e 0`,
          ratios: ratios(each, node),
          target: targets[i],
        })),
      ),
    ],
  }
}

/** The configuration that `dbfleet init` writes, in a project that has dbfleet installed. */
function useTypescript({ directory }) {
  rmSync(join(directory, 'dbfleet.config.json'))
  writeFileSync(
    join(directory, 'dbfleet.config.ts'),
    `import { defineConfig } from 'dbfleet'

export default defineConfig({
  fleet: [{ files: 'databases/*.db' }],
})
`,
  )
  const installed = join(directory, 'node_modules', 'dbfleet')
  mkdirSync(dirname(installed))
  symlinkSync(root, installed, 'junction')
}
