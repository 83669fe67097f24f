import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { SQLD } from './availability.js'

export interface SqldOptions {
  /** The public key that tokens are checked with; without it no token is needed. */
  jwtKeyFile?: string
  /** How many namespaces it keeps open at once. */
  maxActiveNamespaces?: number
  /** False leaves out the interval of checkpoints. */
  checkpoints?: boolean
  /** More of sqld's own flags. */
  flags?: readonly string[]
}

/** A running server with a data directory of its own. Disposal ends it and removes its data. */
export interface Sqld extends AsyncDisposable {
  /** Where databases are served, such as `http://127.0.0.1:4711`. */
  readonly url: string
  readonly adminUrl: string
  readonly dataDirectory: string
  /** The id of the process that runs now. */
  readonly pid: number
  /** What the server has written so far. */
  log(): string
  /** Ends the process and starts another one on the same ports and data. */
  restart(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

const HEALTHY_WITHIN_MS = 30_000
const ENDS_WITHIN_MS = 10_000
/** A server that nobody asked anything for so long was left behind by a killed test run. */
const ORPHANED_AFTER_S = 900
/** Of many servers that start at once, two may be given one port; the second one ends. */
const ATTEMPTS = 5

/** Starts sqld with namespaces on free ports, and waits until it answers. */
export async function startSqld(options: SqldOptions = {}): Promise<Sqld> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'dbfleet-sqld-'))
  for (let attempt = 1; ; attempt += 1) {
    const server = new SqldServer(dataDirectory, await freePorts(), options)
    try {
      await server.start()
      return server
    } catch (error) {
      await server.end('SIGKILL')
      if (attempt < ATTEMPTS && /address already in use/i.test(server.log())) continue
      rmSync(dataDirectory, { recursive: true, force: true })
      throw error
    }
  }
}

class SqldServer implements Sqld {
  readonly url: string
  readonly adminUrl: string
  readonly dataDirectory: string
  readonly #flags: readonly string[]
  readonly #killNow = () => void this.#child?.kill('SIGKILL')
  #child: ChildProcess | undefined
  #log = ''
  /** Where in the log the present process begins. */
  #startedAt = 0

  constructor(dataDirectory: string, [http, admin]: [number, number], options: SqldOptions) {
    const { jwtKeyFile, maxActiveNamespaces = 2_500, checkpoints = true, flags = [] } = options
    this.dataDirectory = dataDirectory
    this.url = `http://127.0.0.1:${http}`
    this.adminUrl = `http://127.0.0.1:${admin}`
    this.#flags = [
      ...['--db-path', dataDirectory, '--no-welcome', '--enable-namespaces'],
      ...['--http-listen-addr', `127.0.0.1:${http}`, '--admin-listen-addr', `127.0.0.1:${admin}`],
      // Fewer than are in use makes it say of some that they do not exist.
      ...['--max-active-namespaces', String(maxActiveNamespaces)],
      ...(checkpoints ? ['--checkpoint-interval-s', '300'] : []),
      ...['--idle-shutdown-timeout-s', String(ORPHANED_AFTER_S)],
      ...(jwtKeyFile === undefined ? [] : ['--auth-jwt-key-file', jwtKeyFile]),
      ...flags,
    ]
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error('sqld is not running')
    return this.#child.pid
  }

  log(): string {
    return this.#log
  }

  async start(): Promise<void> {
    // Each namespace takes some five file descriptors. `exec` keeps the process id.
    const script = 'ulimit -Sn 65536 2>/dev/null || ulimit -Sn "$(ulimit -Hn)"; exec "$0" "$@"'
    const child = spawn('sh', ['-c', script, SQLD, ...this.#flags], {
      cwd: this.dataDirectory,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, NO_COLOR: '1' },
    })
    this.#child = child
    this.#startedAt = this.#log.length
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', chunk => {
        this.#log += chunk
      })
    }
    process.once('exit', this.#killNow)
    await this.#healthy(child)
  }

  async #healthy(child: ChildProcess): Promise<void> {
    const deadline = Date.now() + HEALTHY_WITHIN_MS
    while (!hasEnded(child)) {
      // Without the line, another server may be the one that answers.
      const listens = this.#log.includes('listening for incoming user HTTP', this.#startedAt)
      if (listens && (await isHealthy(this.url))) return
      if (Date.now() > deadline) throw new Error(`sqld does not get healthy:\n${this.#log}`)
      await delay(25)
    }
    throw new Error(`sqld ended with ${child.signalCode ?? child.exitCode}:\n${this.#log}`)
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child
    this.#child = undefined
    process.off('exit', this.#killNow)
    if (child === undefined || hasEnded(child)) return
    const closed = once(child, 'close')
    child.kill(signal)
    const impatience = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS)
    await closed
    clearTimeout(impatience)
  }

  async restart(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    await this.end(signal)
    await this.start()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGTERM')
    rmSync(this.dataDirectory, { recursive: true, force: true })
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health`, { signal: AbortSignal.timeout(1_000) })).ok
  } catch {
    return false
  }
}

/** Two different ports that were free a moment ago. */
export async function freePorts(): Promise<[number, number]> {
  const [one, two] = [createServer(), createServer()]
  await Promise.all([one, two].map(server => once(server.listen(0, '127.0.0.1'), 'listening')))
  const ports = [one, two].map(server => (server.address() as AddressInfo).port)
  await Promise.all([one, two].map(server => once(server.close(), 'close')))
  return ports as [number, number]
}
