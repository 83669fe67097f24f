import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import type { Health } from '../../report/wave-rows.js'
import { TextTail } from './text-tail.js'

export interface HealthCommandOptions {
  /** Where it runs. */
  cwd: string
  /** What it gets besides this process's own environment. */
  env: Readonly<Record<string, string>>
  /** What it can read on standard input. */
  input: string
  timeoutMs: number
  /** Ends it, politely at first. */
  signal?: AbortSignal | undefined
  /** Ends it at once. */
  kill?: AbortSignal | undefined
  /** Called with what it prints, line by line, as long as that is not too much. */
  onOutput?: ((text: string) => void) | undefined
}

/** One that was asked to end gets so long before it is killed. */
const GRACE_MS = 3_000
/** What it leaves running may keep its output open; nobody waits for that. */
const LINGER_MS = 500

type Shell = ChildProcessByStdio<Writable, Readable, Readable>

/**
 * Runs a command line in the shell: exit status 0 passes, anything else fails. It runs in a process
 * group of its own, so that it can be ended with all that it has started, and Ctrl-C is not its.
 *
 * @returns `undefined` when it was ended by `signal` or `kill`
 */
export async function runHealthCommand(
  command: string,
  { cwd, env, input, timeoutMs, signal, kill, onOutput }: HealthCommandOptions,
): Promise<Health | undefined> {
  const began = performance.now()
  const output = new TextTail(onOutput)
  const isOver = () => signal?.aborted === true || kill?.aborted === true
  if (isOver()) return undefined
  const answer = (reason: string | undefined): Health => ({
    status: reason === undefined ? 'passed' : 'failed',
    ...(reason !== undefined && { reason }),
    output: output.end(),
    durationMs: performance.now() - began,
  })
  let child: Shell
  try {
    child = spawn(command, {
      cwd,
      env: { ...process.env, ...env },
      shell: true,
      detached: process.platform !== 'win32',
      windowsHide: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
  } catch (error) {
    return answer(cannotStart(error))
  }
  // It need not read what it is told.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('error', () => {})
    stream.on('data', (chunk: Buffer) => output.add(chunk))
  }

  const timers: NodeJS.Timeout[] = []
  const later = (ms: number, work: () => void) => timers.push(setTimeout(work, ms))
  let isLate = false
  let isEnding = false
  const close = () => {
    child.stdout.destroy()
    child.stderr.destroy()
  }
  const killNow = () => {
    isEnding = true
    endGroup(child, 'SIGKILL')
    later(LINGER_MS, close)
  }
  const end = () => {
    if (isEnding) return
    isEnding = true
    endGroup(child, 'SIGTERM')
    later(GRACE_MS, killNow)
  }
  later(timeoutMs, () => {
    isLate = true
    end()
  })
  signal?.addEventListener('abort', end)
  kill?.addEventListener('abort', killNow)
  try {
    const reason = await new Promise<string | undefined>(resolve => {
      child.once('error', error => resolve(cannotStart(error)))
      child.once('exit', () => {
        if (!isEnding) later(LINGER_MS, close)
      })
      child.once('close', (code, name) => resolve(endOf(code, name)))
    })
    if (isLate) return answer(`it took longer than ${timeoutMs / 1_000} s`)
    return isOver() ? undefined : answer(reason)
  } finally {
    for (const timer of timers) clearTimeout(timer)
    signal?.removeEventListener('abort', end)
    kill?.removeEventListener('abort', killNow)
  }
}

function endOf(code: number | null, signal: NodeJS.Signals | null): string | undefined {
  if (signal !== null) return `it was ended by ${signal}`
  return code === 0 ? undefined : `it ended with exit status ${code}`
}

function cannotStart(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException
  return `it cannot be started (${code ?? String(error)})`
}

/** Signals a process and those that it has started. */
function endGroup({ pid }: Shell, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (pid === undefined) return
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true })
    return
  }
  try {
    process.kill(-pid, signal)
  } catch {
    // It has ended by itself.
  }
}
