import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Who makes a set; stands in its `started.json`. */
export interface SetMaker {
  host: string
  pid: number
  /** Where Linux tells, so that another process of that number is not taken for it. */
  process?: LinuxProcess
}

interface LinuxProcess {
  /** A hash of the machine's id; that itself is nobody's business. */
  machine: string
  boot: string
  /** Numbers of processes are those of a container. */
  namespace: string
  /** When it was started, in ticks since the machine was. */
  start: string
}

/** Whether whoever makes a set is still there. `unknown` may be. */
export type MakerState = 'alive' | 'gone' | 'unknown'

/** This process. */
export function thisMaker(): SetMaker {
  const process_ = linuxProcess()
  return { host: hostname(), pid: process.pid, ...(process_ && { process: process_ }) }
}

/**
 * Whether a process that began a set may still be at work on it.
 *
 * @param given what `started.json` says; may be anything
 */
export function stateOfMaker(given: unknown): MakerState {
  const { host, pid, process: theirs } = (given ?? {}) as Partial<SetMaker>
  if (host !== hostname() || !Number.isSafeInteger(pid) || pid === undefined || pid < 1) {
    return 'unknown'
  }
  const ours = linuxProcess()
  if (ours === undefined || theirs === undefined) return isRunning(pid) ? 'alive' : 'gone'
  // Machines may have one name, and containers one machine.
  if (theirs.machine !== ours.machine) return 'unknown'
  if (theirs.boot !== ours.boot) return 'gone'
  if (theirs.namespace !== ours.namespace) return 'unknown'
  const start = startOf(pid)
  // Processes of other users may be hidden.
  if (start === undefined) return isRunning(pid) ? 'alive' : 'gone'
  return start === theirs.start ? 'alive' : 'gone'
}

function linuxProcess(): LinuxProcess | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    const id = readFileSync('/etc/machine-id', 'utf8')
    const start = startOf(process.pid)
    if (start === undefined) return undefined
    return {
      machine: createHash('sha256').update(`dbfleet backup ${id}`).digest('hex').slice(0, 32),
      boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
      namespace: readlinkSync('/proc/self/ns/pid'),
      start,
    }
  } catch {
    return undefined
  }
}

/** `undefined` when there is no such process. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is a name, which may hold anything; the 22nd is the time.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
