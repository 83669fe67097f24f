import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createJiti } from 'jiti'
import { dbfleet } from './commands.mjs'
import { databaseNames, makeProject, writeLines } from './fleets.mjs'
import { runCommand, runInTurn } from './measure.mjs'
import { formatBytes, ratiosTable, table, timesTable, verdict, whole } from './report.mjs'
import { ratios } from './statistics.mjs'

/** The loop takes the same time for each database, so that a part of the fleet tells enough. */
const LARGEST_SAMPLE = 100
/** The best of 8, 16, 32 and 64 in a trial; beyond 8 there is little between them. */
const CONCURRENCY = '16'
const MEMORY = { atMost: 250 * 2 ** 20 }

const here = name => fileURLToPath(new URL(name, import.meta.url))

/** @param {import('./options.mjs').Options & { workspace: string }} options */
export async function run({ workspace, namespaces: size, rounds = 5, tell }) {
  const sizes = [size / 5, size, size * 4].map(Math.ceil)
  const { startSqld } = await createJiti(import.meta.url).import('../test/sqld/start-sqld.ts')
  const measured = await withServer(startSqld, {}, async server => {
    const fleet = await makeFleet(join(workspace, 'fleet'), server, Math.max(...sizes), tell)
    return measure(fleet, { size, sizes, rounds, tell })
  })
  const few = await withServer(startSqld, { maxActiveNamespaces: size / 5 }, async server => {
    const fleet = await makeFleet(join(workspace, 'few'), server, size, tell)
    const [ours] = fleet.of(size).up
    const label = `dbfleet up --all, at most ${size / 5} open on the server`
    return runInTurn([{ ...ours, label }], { rounds: Math.min(rounds, 3), tell })
  })
  return report({ ...measured, few, size })
}

async function withServer(startSqld, options, use) {
  const server = await startSqld(options)
  try {
    return await use(server)
  } finally {
    await server[Symbol.asyncDispose]()
  }
}

async function measure(fleet, { size, sizes, rounds, tell }) {
  const main = fleet.of(size)
  const runs = await runInTurn(main.up, { rounds, tell })
  const nothing = await runInTurn(main.nothing, { rounds, tell })
  const growth = []
  for (const each of sizes) {
    const [first] = fleet.of(each).up
    growth.push(...(await runInTurn([first], { rounds: Math.min(rounds, 3), tell })))
  }
  const memory = await runInTurn([main.up[0]], { rounds: 1, warmUps: 0, memory: true, tell })
  return { runs, nothing, growth, memory }
}

function report({ runs, nothing, growth, memory, few, size }) {
  const [ours, raw, loop] = runs
  const [up, status, read] = nothing
  const peak = Math.max(...memory[0].peaks)
  return {
    title: `servers: ${whole(size)} namespaces of a local sqld, three pending migrations`,
    tables: [
      timesTable([...runs, ...nothing]),
      ratiosTable([
        { label: 'up / raw pipelines', ratios: ratios(ours, raw), target: { atMost: 1.5 } },
        { label: 'loop / up, per database', ratios: ratios(loop, ours), target: { atLeast: 5 } },
        { label: 'nothing to do / raw', ratios: ratios(up, read), target: { atMost: 1.5 } },
        { label: 'status / raw', ratios: ratios(status, read), target: { atMost: 1.5 } },
      ]),
      timesTable([...growth, ...few]),
      table(
        ['memory', 'peak', 'target', ''],
        [['dbfleet up --all', formatBytes(peak), ...verdict(peak, MEMORY, formatBytes)]],
      ),
    ],
  }
}

async function makeFleet(directory, { url, adminUrl }, count, tell) {
  const project = makeProject(directory)
  const names = databaseNames(count)
  const config = size => ({
    fleet: [{ sqld: { url, adminUrl, namespaces: names.slice(0, size) } }],
  })
  const write = size =>
    writeFileSync(join(directory, 'dbfleet.config.json'), JSON.stringify(config(size)))
  write(count)
  tell(`making ${count} namespaces`)
  const all = writeLines(project, 'names', names)
  await runCommand(dbfleet(project, ['create', '-'], { stdin: all }))

  const raw = (work, file) => ({
    argv: [process.execPath, here('./raw-pipeline.mjs'), work, url, CONCURRENCY, file],
    cwd: directory,
  })
  await runCommand(raw('reset', all))
  return {
    of(size) {
      const list = writeLines(project, `names-${size}`, names.slice(0, size))
      const sample = Math.min(size, LARGEST_SAMPLE)
      const sampleList = writeLines(project, `names-${sample}`, names.slice(0, sample))
      /** Undoes what the run before did, whichever it was. */
      const prepare = async () => {
        write(size)
        await runCommand(raw('reset', list))
      }
      return {
        up: [
          { label: 'dbfleet up --all', command: dbfleet(project, ['up', '--all']) },
          { label: 'raw pipelines, up', command: raw('up', list) },
          {
            label: 'new client and Umzug each',
            command: {
              argv: [process.execPath, here('./client-loop.mjs'), url, sampleList],
              cwd: directory,
            },
            databases: sample,
          },
        ].map(subject => ({ databases: size, prepare, ...subject })),
        nothing: [
          { label: 'dbfleet up --all, nothing to do', command: dbfleet(project, ['up', '--all']) },
          { label: 'dbfleet status', command: dbfleet(project, ['status']) },
          { label: 'raw pipelines, read', command: raw('read', list) },
        ].map(subject => ({ databases: size, ...subject })),
      }
    },
  }
}
