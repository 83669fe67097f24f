import { parentPort } from 'node:worker_threads'
import type { CreateJob, Job, Outcome } from './job.js'
import { runBatch } from './run-batch.js'
import type { FromWorker, ToWorker } from './worker-protocol.js'

/** How many outcomes a thread gathers before it sends them; a process sends each, as it may die. */
const GATHER = 64

/** The other half of `workerExecutor`: serves batches until it is told to close. */
export function serveWorker(createJob: CreateJob): void {
  let job: Promise<Job<unknown, unknown>> | undefined
  let inHand: Promise<void> | undefined
  let gather = 1
  const channel = openChannel(async message => {
    switch (message.type) {
      case 'start':
        gather = message.lane === 'thread' ? GATHER : 1
        job = createJob(message.spec, message.lane)
        // The first batch tells of a job that cannot be made.
        job.catch(() => {})
        return
      case 'batch':
        inHand = serveBatch(message.items, message.haltOnFailure)
        return
      case 'close':
        await inHand
        channel.close()
    }
  })

  async function serveBatch(items: readonly unknown[], haltOnFailure: boolean) {
    try {
      if (job === undefined) throw new Error('a batch came before the start')
      let outcomes: Outcome<unknown>[] = []
      await runBatch(await job, items, { haltOnFailure }, outcome => {
        outcomes.push(outcome)
        if (outcomes.length < gather) return
        channel.send({ type: 'outcomes', outcomes })
        outcomes = []
      })
      if (outcomes.length > 0) channel.send({ type: 'outcomes', outcomes })
      channel.send({ type: 'done' })
    } catch (error) {
      channel.send({
        type: 'broken',
        message: error instanceof Error ? error.message : String(error),
      })
    }
  }
}

interface Channel {
  send(message: FromWorker): void
  close(): void
}

function openChannel(listener: (message: ToWorker) => Promise<void> | void): Channel {
  const port = parentPort
  if (port !== null) {
    port.on('message', listener)
    return { send: message => port.postMessage(message), close: () => port.close() }
  }
  process.on('message', message => void listener(message as ToWorker))
  // Ctrl-C reaches the whole process group; the parent decides what is still done.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => {})
  return { send: message => void process.send?.(message), close: () => process.disconnect() }
}
