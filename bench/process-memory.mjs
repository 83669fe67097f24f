import { existsSync, readdirSync, readFileSync } from 'node:fs'

const INTERVAL_MS = 10

/** Memory is read from /proc as Linux has it, children of a process included. */
export function canWatchMemory() {
  return existsSync(`/proc/${process.pid}/task/${process.pid}/children`)
}

/**
 * Watches the memory of a process and all its descendants, until stopped.
 *
 * At each look, the high-water marks (`VmHWM`, resident memory) of the processes that live are
 * added up; the result is the largest sum. It is too high rather than too low: pages that processes
 * share, such as Node's own code, count in each of them, and their marks need not be of one moment.
 * Only what a process takes in its last 10 ms may be missed.
 *
 * @param {number} pid
 * @returns {{ stop(): void, peak(): number }} bytes
 */
export function watchMemory(pid) {
  let peak = 0
  const look = () => {
    const sum = processTree(pid).reduce((total, each) => total + highWaterMark(each), 0)
    peak = Math.max(peak, sum)
  }
  look()
  const timer = setInterval(look, INTERVAL_MS)
  return { stop: () => clearInterval(timer), peak: () => peak }
}

/** @returns {number[]} the process and its descendants that live now */
function processTree(pid) {
  const threads = unlessGone(() => readdirSync(`/proc/${pid}/task`), [])
  const children = threads.flatMap(thread => {
    const list = unlessGone(() => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8'), '')
    return list.split(' ').filter(Boolean).map(Number)
  })
  return [pid, ...children.flatMap(processTree)]
}

function highWaterMark(pid) {
  const status = unlessGone(() => readFileSync(`/proc/${pid}/status`, 'utf8'), '')
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024
}

/** A process may end between any two looks. */
function unlessGone(read, otherwise) {
  try {
    return read()
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return otherwise
    throw error
  }
}
