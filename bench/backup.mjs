import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dbfleet } from './commands.mjs'
import { databaseNames, makeProject, migratedDatabase, remakeFleet } from './fleets.mjs'
import { runCommand, runInTurn } from './measure.mjs'
import { canWatchMemory } from './process-memory.mjs'
import { formatBytes, ratiosTable, table, timesTable, verdict, whole } from './report.mjs'
import { ratios } from './statistics.mjs'

const MEMORY = { atMost: 300 * 2 ** 20 }
const READINGS = 100
/** Between two backups, one database in so many is written to. */
const CHANGED_EVERY = 100

/** @param {import('./options.mjs').Options & { workspace: string }} options */
export async function run({ workspace, databases, rounds = 3, tell }) {
  const project = makeProject(workspace)
  const [dumps, sets] = ['dumps', 'backups'].map(name => join(workspace, name))
  await makeFleet(project, databases)
  const size = statSync(join(project.databases, `${databaseNames(1)[0]}.db`)).size

  const loop = `ls *.db | xargs -P2 -I{} sh -c 'sqlite3 {} .dump | gzip > "${dumps}/{}.gz"'`
  let aside = 0
  // Not removed: for minutes, ext4 searches long for the inode of a new file where many were freed.
  const again = written => () => {
    aside += 1
    if (existsSync(written)) renameSync(written, `${written}-${aside}`)
    if (written === dumps) mkdirSync(dumps)
    spawnSync('sync')
  }
  const subjects = [
    {
      label: 'sqlite3 .dump | gzip by xargs -P2',
      command: { argv: ['sh', '-c', loop], cwd: project.databases },
      databases,
      prepare: again(dumps),
    },
    {
      label: 'dbfleet backup',
      command: dbfleet(project, ['backup']),
      databases,
      prepare: again(sets),
    },
    {
      // After the one before it.
      label: 'dbfleet backup, 1% changed',
      command: dbfleet(project, ['backup']),
      databases,
      prepare: () => addReadings(project, 1, CHANGED_EVERY),
    },
  ]
  const runs = await runInTurn(subjects, { rounds, warmUps: 0, tell })
  const [theirs, first, second] = runs
  const tables = [
    timesTable(runs),
    ratiosTable([
      {
        label: 'xargs without proof / backup with proof',
        ratios: ratios(theirs, first),
        target: { atLeast: 2 },
      },
      {
        label: 'backup / backup, 1% changed',
        ratios: ratios(first, second),
        target: { atLeast: 20 },
      },
    ]),
  ]
  if (canWatchMemory()) {
    const watched = await runInTurn(subjects.slice(1), {
      rounds: 1,
      warmUps: 0,
      memory: true,
      tell,
    })
    tables.push(memoryTable(watched))
  }
  return {
    title: `backup: ${whole(databases)} databases of ${whole(size / 1024)} KiB, ${READINGS} readings each`,
    tables,
  }
}

/** All migrated, each with readings of its own. */
async function makeFleet(project, count) {
  remakeFleet(project, count, await migratedDatabase(project))
  await addReadings(project, READINGS, 1)
}

async function addReadings({ databases }, readings, every) {
  const program = fileURLToPath(new URL('./add-readings.mjs', import.meta.url))
  const args = [databases, readings, every].map(String)
  await runCommand({ argv: [process.execPath, program, ...args], cwd: databases })
  spawnSync('sync')
}

function memoryTable(runs) {
  const rows = runs.map(({ label, peaks: [peak] }) => {
    const [target, met] = verdict(peak, MEMORY, formatBytes)
    return [label, formatBytes(peak), target, met]
  })
  return table(['memory', 'peak', 'target', ''], rows)
}
