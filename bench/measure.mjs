import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { watchMemory } from './process-memory.mjs'

/** A setting of whoever runs the benchmarks must not change what is measured. */
const NOT_INHERITED = /^(DBFLEET_|DBMATE_|DATABASE_(URL|TOKEN)$|NODE_OPTIONS$|FORCE_COLOR$)/

/**
 * What is compared with another: a command, how many databases it handles, and what makes its
 * starting point anew before each run.
 *
 * @typedef {object} Subject
 * @property {string} label
 * @property {import('./commands.mjs').Command} command
 * @property {number} [databases]
 * @property {() => void | Promise<void>} [prepare]
 */

/**
 * The runs of one subject, the warm-up left out.
 *
 * @typedef {{ label: string, databases?: number, ms: number[], peaks: number[] }} Runs
 */

/**
 * Runs the subjects in turn, A B A B …, so that what disturbs the machine for a while disturbs all
 * of them. A round before them warms caches up and does not count.
 *
 * @param {Subject[]} subjects
 * @param {{ rounds: number, warmUps?: number, memory?: boolean, tell: (text: string) => void }} options
 * @returns {Promise<Runs[]>} in the order of the subjects
 */
export async function runInTurn(subjects, { rounds, warmUps = 1, memory = false, tell }) {
  const runs = subjects.map(({ label, databases }) => ({ label, databases, ms: [], peaks: [] }))
  for (let round = 1 - warmUps; round <= rounds; round += 1) {
    for (const [i, { label, command, prepare }] of subjects.entries()) {
      tell(`${round < 1 ? 'warm-up' : `round ${round} of ${rounds}`}: ${label}`)
      await prepare?.()
      const { ms, peak } = await runCommand(command, { memory })
      if (round < 1) continue
      runs[i].ms.push(ms)
      if (peak !== undefined) runs[i].peaks.push(peak)
    }
  }
  return runs
}

/**
 * Runs one command to its end.
 *
 * @param {import('./commands.mjs').Command} command
 * @param {{ memory?: boolean }} [options] watching the memory costs some time: not for both at once
 * @returns {Promise<{ ms: number, peak: number | undefined }>} milliseconds, bytes
 * @throws when it cannot be started or does not end with 0
 */
export async function runCommand({ argv, cwd, stdin, env = {} }, { memory = false } = {}) {
  const inherited = Object.entries(process.env).filter(([name]) => !NOT_INHERITED.test(name))
  const input = stdin === undefined ? 'ignore' : openSync(stdin, 'r')
  const began = performance.now()
  const child = spawn(argv[0], argv.slice(1), {
    cwd,
    env: { ...Object.fromEntries(inherited), NO_COLOR: '1', ...env },
    stdio: [input, 'ignore', 'pipe'],
  })
  const watch = memory && child.pid !== undefined ? watchMemory(child.pid) : undefined
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', text => {
    stderr = (stderr + text).slice(-2000)
  })
  let ms = 0
  child.on('exit', () => {
    ms = performance.now() - began
  })
  const end = await new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code, signal) => resolve(signal ?? code))
  }).finally(() => {
    watch?.stop()
    if (typeof input === 'number') closeSync(input)
  })
  if (end !== 0) throw new Error(`${argv.join(' ')}\nended with ${end}: ${stderr.trim()}`)
  return { ms, peak: watch?.peak() }
}
