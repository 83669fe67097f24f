import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dbfleet, emptyNode, plainLoop } from './commands.mjs'
import { makeProject, remakeFleet } from './fleets.mjs'
import { runCommand, runInTurn } from './measure.mjs'
import { canWatchMemory } from './process-memory.mjs'
import { formatBytes, table, verdict, whole } from './report.mjs'

const TARGET = { atMost: 300 * 2 ** 20 }
/** libSQL opens a file in a millisecond, so that fewer files show the same. */
const ENCRYPTED_SHARE = 0.09

/** @param {import('./options.mjs').Options & { workspace: string }} options */
export async function run({ workspace, databases, rounds = 3, tell }) {
  if (!canWatchMemory()) throw new Error('memory is read from /proc as Linux has it')
  const measured = { rounds, warmUps: 0, memory: true, tell }
  const sizes = [Math.ceil(databases / 10), databases]
  const encryptedSizes = [databases / 3, databases].map(n => Math.ceil(n * ENCRYPTED_SHARE))
  const runs = [
    ...(await runInTurn(await plainSubjects(workspace, sizes), measured)),
    ...(await runInTurn(await encryptedSubjects(workspace, encryptedSizes), measured)),
  ]
  return {
    title: `memory: highest peak (runs: ${rounds}), child processes included`,
    tables: [peaksTable(runs), growthTable(runs)],
  }
}

function plainSubjects(workspace, sizes) {
  const project = makeProject(join(workspace, 'plain'))
  const ofSize = databases => {
    const prepare = () => remakeFleet(project, databases)
    return [
      { label: 'plain loop, up', command: plainLoop(project, 'up'), databases, prepare },
      { label: 'dbfleet up --all', command: dbfleet(project, ['up', '--all']), databases, prepare },
      // It reads the fleet that the run before it has migrated.
      { label: 'dbfleet status', command: dbfleet(project, ['status']), databases },
    ]
  }
  return [{ label: 'node -e 0', command: emptyNode(project) }, ...sizes.flatMap(ofSize)]
}

async function encryptedSubjects(workspace, sizes) {
  const env = { BENCH_KEY: 'a key that guards nothing' }
  const encryptionKey = { env: 'BENCH_KEY' }
  const project = makeProject(join(workspace, 'encrypted'), { encryptionKey })
  const path = join(workspace, 'encrypted.db')
  const program = fileURLToPath(new URL('./encrypted-database.mjs', import.meta.url))
  await runCommand({ argv: [process.execPath, program, path], cwd: workspace, env })
  const content = readFileSync(path)
  return sizes.map(databases => ({
    label: 'dbfleet status, encrypted',
    command: dbfleet(project, ['status', '--exit-code'], { env }),
    databases,
    prepare: () => remakeFleet(project, databases, content),
  }))
}

function peaksTable(runs) {
  const rows = runs.map(({ label, databases, peaks }) => {
    const peak = Math.max(...peaks)
    const ours = label.startsWith('dbfleet')
    return [
      label,
      databases === undefined ? '' : whole(databases),
      formatBytes(peak),
      ...(ours ? verdict(peak, TARGET, formatBytes) : ['', '']),
    ]
  })
  return table(['', 'databases', 'peak', 'target', ''], rows)
}

/** What each database more takes; where memory does not grow with the fleet, about nothing. */
function growthTable(runs) {
  const labels = [...new Set(runs.map(({ label }) => label))]
  const rows = labels.flatMap(label => {
    const [small, large] = runs.filter(each => each.label === label)
    if (large === undefined) return []
    const peaks = [small, large].map(each => Math.max(...each.peaks))
    const growth = (peaks[1] - peaks[0]) / (large.databases - small.databases)
    return [
      [
        label,
        `${whole(small.databases)} to ${whole(large.databases)}`,
        (peaks[1] / peaks[0]).toFixed(2),
        `${(growth / 1024).toFixed(1)} KiB`,
      ],
    ]
  })
  return table(['growth', 'databases', 'times', 'per database more'], rows)
}
