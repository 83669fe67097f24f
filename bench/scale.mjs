import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { dbfleet } from './commands.mjs'
import { databaseNames, makeProject, migratedDatabase, remakeFleet } from './fleets.mjs'
import { runInTurn } from './measure.mjs'
import { canWatchMemory } from './process-memory.mjs'
import { formatBytes, ratiosTable, table, timesTable, whole } from './report.mjs'
import { median, ratios } from './statistics.mjs'

const SETTLED_MS = 3_000
const CHANGED_EVERY = 100
const GROWTH = { time: 1.2, memory: 1.3, whole: 2 }
/** What looks at the whole fleet costs so much for each database; the others cost so much at all. */
const OF_ONE = ['list', 'status --db one']

/** @param {import('./options.mjs').Options & { workspace: string }} options */
export async function run({ workspace, databases, rounds = 1, tell }) {
  const sizes = [databases / 10, databases, databases * 10].map(Math.ceil)
  const runs = []
  for (const size of sizes) {
    runs.push(...(await runsOf(join(workspace, String(size)), size, { rounds, tell })))
    rmSync(join(workspace, String(size)), { recursive: true, force: true })
  }
  const journal = await journalRuns(join(workspace, 'journal'), databases, { rounds: 3, tell })
  return {
    title: `scale: ${sizes.map(whole).join(', ')} databases`,
    tables: [timesTable(runs), growthTable(runs, sizes), journalTable(journal)],
  }
}

async function runsOf(directory, size, { rounds, tell }) {
  const project = makeProject(directory)
  const modules = join(directory, 'node_modules')
  mkdirSync(modules)
  const content = await migratedDatabase(project)
  const subject = (label, args, prepare) => ({
    label,
    command: dbfleet(project, args),
    databases: size,
    ...(prepare && { prepare }),
  })
  const [one] = databaseNames(1)
  return runInTurn(
    [
      subject('up --all', ['up', '--all'], () => remakeFleet(project, size)),
      subject('up --all, nothing to do', ['up', '--all']),
      subject('status', ['status']),
      subject('status --db one', ['status', '--db', one]),
      subject('list', ['list']),
      subject('check', ['check'], async () => {
        remakeFleet(project, size, content)
        rmSync(join(modules, '.cache'), { recursive: true, force: true })
        await delay(SETTLED_MS)
      }),
      subject('check, again', ['check']),
      subject('backup', ['backup']),
      subject('backup, 1% changed', ['backup'], () => touch(project, size)),
    ],
    { rounds, warmUps: 0, memory: canWatchMemory(), tell: text => tell(`${whole(size)}: ${text}`) },
  )
}

/** As if every hundredth had been written to, which a backup has to read to know. */
function touch({ databases }, size) {
  const now = new Date()
  for (const [i, name] of databaseNames(size).entries()) {
    if (i % CHANGED_EVERY === 0) utimesSync(join(databases, `${name}.db`), now, now)
  }
}

/** The same `up` with and without a journal. */
function journalRuns(directory, databases, { rounds, tell }) {
  const project = makeProject(directory)
  const without = makeProject(`${directory}-without`)
  const config = { fleet: [{ files: 'databases/*.db' }], control: false }
  writeFileSync(join(without.directory, 'dbfleet.config.json'), JSON.stringify(config))
  return runInTurn(
    [
      {
        label: 'up --all',
        command: dbfleet(project, ['up', '--all']),
        databases,
        prepare: () => remakeFleet(project, databases),
      },
      {
        label: 'up --all, control: false',
        command: dbfleet(without, ['up', '--all']),
        databases,
        prepare: () => remakeFleet(without, databases),
      },
    ],
    { rounds, tell: text => tell(`journal: ${text}`) },
  )
}

function journalTable([recorded, unrecorded]) {
  return ratiosTable([
    {
      label: 'up --all / without a journal',
      ratios: ratios(recorded, unrecorded),
      target: { atMost: 1.1 },
    },
  ])
}

/** What a database costs in the largest fleet, against the smallest one. */
function growthTable(runs, [smallest, , largest]) {
  const of = size => runs.filter(({ databases }) => databases === size)
  const rows = of(smallest).map((small, i) => {
    const large = of(largest)[i]
    const isOfOne = OF_ONE.includes(small.label)
    const perDatabase = ({ ms, databases }) => median(ms) / (isOfOne ? 1 : databases)
    const time = perDatabase(large) / perDatabase(small)
    const wanted = isOfOne ? GROWTH.whole : GROWTH.time
    const peaks = [small, large].map(({ peaks }) => Math.max(...peaks))
    const memory = peaks[1] / peaks[0]
    return [
      small.label,
      isOfOne ? 'whole' : 'per database',
      time.toFixed(2),
      `${time <= wanted ? 'met' : 'missed'} (${wanted})`,
      ...(Number.isFinite(memory)
        ? [
            peaks.map(formatBytes).join(' → '),
            memory.toFixed(2),
            `${memory <= GROWTH.memory ? 'met' : 'missed'} (${GROWTH.memory})`,
          ]
        : ['', '', '']),
    ]
  })
  return table(['growth', 'time', 'times', '', 'memory', 'times', ''], rows)
}
