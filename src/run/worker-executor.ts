import { type Executor, ExecutorCrash } from './executor.js'
import type { JobSpec, Lane, Outcome } from './job.js'
import type { FromWorker, ToWorker } from './worker-protocol.js'

/** The two kinds of worker, reduced to what the executor needs of them. */
interface Port {
  send(message: ToWorker): void
  onMessage(listener: (message: FromWorker) => void): void
  /** Called once, with the reason in words. */
  onExit(listener: (reason: string) => void): void
  kill(): void
}

/** Starts a worker of the given lane for one job. */
export function workerExecutor(entry: URL, spec: JobSpec, lane: Lane): Executor {
  const port = lane === 'thread' ? threadPort(entry) : processPort(entry)
  let outcomes: Outcome<unknown>[] = []
  let current: PromiseWithResolvers | undefined
  let ended: string | undefined

  port.onMessage(message => {
    if (message.type === 'outcomes') outcomes.push(...message.outcomes)
    else if (message.type === 'done') settle(batch => batch.resolve(outcomes))
    else settle(batch => batch.reject(new Error(message.message)))
  })
  const exited = new Promise<void>(resolve =>
    port.onExit(reason => {
      ended = reason
      settle(batch => batch.reject(new ExecutorCrash(reason, outcomes)))
      resolve()
    }),
  )
  const settle = (end: (batch: PromiseWithResolvers) => void) => {
    const batch = current
    current = undefined
    if (batch !== undefined) end(batch)
  }
  port.send({ type: 'start', spec, lane })

  return {
    run(items, { haltOnFailure }) {
      if (ended !== undefined) return Promise.reject(new ExecutorCrash(ended, []))
      outcomes = []
      return new Promise((resolve, reject) => {
        current = { resolve, reject }
        port.send({ type: 'batch', items, haltOnFailure })
      })
    },
    async close() {
      if (ended === undefined) port.send({ type: 'close' })
      await exited
    },
    kill: () => port.kill(),
  }
}

interface PromiseWithResolvers {
  resolve(outcomes: Outcome<unknown>[]): void
  reject(error: Error): void
}

// What a migration prints must not get among the results, so it goes to standard error. Node's own
// modules are loaded here, since most runs need one of the two, and short ones neither.

function threadPort(entry: URL): Port {
  const { Worker } = process.getBuiltinModule('node:worker_threads')
  const worker = new Worker(entry, { stdout: true })
  worker.stdout.on('data', chunk => process.stderr.write(chunk))
  return {
    send: message => worker.postMessage(message),
    onMessage: listener => worker.on('message', listener),
    onExit(listener) {
      let reason = ''
      worker.on('error', error => {
        reason = error.message
      })
      worker.on('exit', code => listener(reason || `a worker thread ended with ${code}`))
    },
    kill: () => void worker.terminate(),
  }
}

function processPort(entry: URL): Port {
  const { fork } = process.getBuiltinModule('node:child_process')
  const child = fork(entry, [], {
    serialization: 'advanced',
    stdio: ['ignore', 2, 'pipe', 'ipc'],
  })
  let stderr = ''
  child.stderr?.on('data', chunk => {
    stderr = (stderr + String(chunk)).slice(-2000)
  })
  return {
    send: message => void child.send(message, () => {}),
    onMessage: listener => child.on('message', message => listener(message as FromWorker)),
    onExit(listener) {
      // `close` comes after `exit`, when all that the child had sent was received.
      child.on('close', (code, signal) => {
        const said = /panicked.*|Error: .*/.exec(stderr)?.[0]
        listener(`the engine ended with ${signal ?? code}${said === undefined ? '' : `: ${said}`}`)
      })
      // A child that died takes its channel with it, and `close` tells; one that never lived does not.
      child.on('error', error => {
        if (child.pid === undefined) listener(`the engine did not start: ${error.message}`)
      })
    },
    kill: () => void child.kill('SIGKILL'),
  }
}
