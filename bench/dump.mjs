import { statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bin } from './commands.mjs'
import { runCommand, runInTurn } from './measure.mjs'
import { canWatchMemory } from './process-memory.mjs'
import { formatBytes, ratiosTable, table, timesTable, verdict } from './report.mjs'
import { ratios } from './statistics.mjs'

const MEMORY = { atMost: 250 * 2 ** 20 }

/** @param {import('./options.mjs').Options & { workspace: string }} options */
export async function run({ workspace, megabytes, rounds = 5, tell }) {
  const database = await makeLarge(workspace, megabytes)
  const command = (text, env = {}) => ({ argv: ['sh', '-c', text], cwd: workspace, env })
  const subjects = [
    { label: 'sqlite3 .dump', command: command('sqlite3 large.db .dump > theirs.sql') },
    {
      label: 'dbfleet dump',
      command: command(`"$NODE" "$BIN" dump --url large.db > ours.sql`, { NODE, BIN: bin }),
    },
  ]
  const runs = await runInTurn(subjects, { rounds, tell })
  const [theirs, ours] = runs
  const tables = [
    timesTable(runs),
    ratiosTable([
      {
        label: 'sqlite3 .dump / dbfleet dump',
        ratios: ratios(theirs, ours),
        target: { atLeast: 1 },
      },
    ]),
  ]
  if (canWatchMemory()) {
    const [watched] = await runInTurn(subjects.slice(1), {
      rounds: 1,
      warmUps: 0,
      memory: true,
      tell,
    })
    tables.push(memoryTable('dbfleet dump', watched.peaks[0]))
  }
  return { title: `dump: one database of ${formatBytes(statSync(database).size)}`, tables }
}

export const NODE = process.execPath

/** A database of readings with an index; about so large. */
export async function makeLarge(workspace, megabytes) {
  const path = join(workspace, 'large.db')
  const program = fileURLToPath(new URL('./large-database.mjs', import.meta.url))
  await runCommand({ argv: [NODE, program, path, String(megabytes)], cwd: workspace })
  return path
}

export function memoryTable(label, peak) {
  const [target, met] = verdict(peak, MEMORY, formatBytes)
  return table(['memory', 'peak', 'target', ''], [[label, formatBytes(peak), target, met]])
}
