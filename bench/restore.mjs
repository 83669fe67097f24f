import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { bin } from './commands.mjs'
import { makeLarge, memoryTable, NODE } from './dump.mjs'
import { runCommand, runInTurn } from './measure.mjs'
import { canWatchMemory } from './process-memory.mjs'
import { formatBytes, ratiosTable, timesTable } from './report.mjs'
import { ratios } from './statistics.mjs'

/** @param {import('./options.mjs').Options & { workspace: string }} options */
export async function run({ workspace, megabytes, rounds = 3, tell }) {
  const database = await makeLarge(workspace, megabytes)
  const shell = text => ({
    argv: ['sh', '-c', text],
    cwd: workspace,
    env: { NODE, BIN: bin },
  })
  await runCommand(shell('sqlite3 large.db .dump > theirs.sql'))
  await runCommand(shell('"$NODE" "$BIN" dump --url large.db > ours.sql'))
  const subject = (label, text) => ({
    label,
    command: shell(text),
    prepare: () => rmSync(join(workspace, 'new.db'), { force: true }),
  })
  const restore = file => `"$NODE" "$BIN" restore ${file} --to new.db`
  const subjects = [
    subject('sqlite3 new < its dump', 'sqlite3 new.db < theirs.sql'),
    subject('dbfleet restore, its dump', restore('theirs.sql')),
    subject('sqlite3 new < our dump', 'sqlite3 new.db < ours.sql'),
    subject('dbfleet restore, our dump', restore('ours.sql')),
  ]
  const runs = await runInTurn(subjects, { rounds, warmUps: 0, tell })
  const [shellTheirs, oursTheirs, shellOurs, oursOurs] = runs
  const target = { atLeast: 2 }
  const compare = (label, a, b) => ({ label, ratios: ratios(a, b) })
  const tables = [
    timesTable(runs),
    ratiosTable([
      { ...compare('each of its own dump: sqlite3 / dbfleet', shellTheirs, oursOurs), target },
      compare('of its dump: sqlite3 / dbfleet', shellTheirs, oursTheirs),
      compare('of our dump: sqlite3 / dbfleet', shellOurs, oursOurs),
    ]),
  ]
  if (canWatchMemory()) {
    const [watched] = await runInTurn(subjects.slice(3), {
      rounds: 1,
      warmUps: 0,
      memory: true,
      tell,
    })
    tables.push(memoryTable('dbfleet restore', watched.peaks[0]))
  }
  return { title: `restore: one database of ${formatBytes(statSync(database).size)}`, tables }
}
