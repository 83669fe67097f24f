import { setTimeout as sleep } from 'node:timers/promises'
import { serveWorker } from '../../src/run/serve-worker.js'

/** What the job of the executor's tests does with an item. */
export type WorkerItem =
  | { value: unknown }
  | { fail: unknown }
  | { reroute: true }
  | { throw: string }
  | { say: string }
  | { die: 'SIGKILL' | 'abort' | 'exit' }
  | { wait: number }
  | { block: number }
  | { pid: true }

serveWorker(async ({ name, init }) => {
  if (name !== 'echo') throw new Error(`no job is named ${name}`)
  return {
    async run(received) {
      const item = received as WorkerItem
      const ok = (result: unknown) => ({ result, failed: false })
      if ('value' in item) return ok({ init, value: item.value })
      if ('fail' in item) return { result: item.fail, failed: true }
      if ('reroute' in item) return { reroute: 'process' }
      if ('throw' in item) throw new Error(item.throw)
      if ('say' in item) return ok(process.stderr.write(`${item.say}\n`))
      if ('pid' in item) return ok(process.pid)
      if ('wait' in item) return ok(await sleep(item.wait))
      if ('block' in item) {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, item.block)
        return ok('blocked')
      }
      if (item.die === 'exit') process.exit(3)
      if (item.die === 'abort') process.abort()
      process.kill(process.pid, item.die)
      return ok('still there')
    },
  }
})
