import { setImmediate as turn } from 'node:timers/promises'
import type { Executor } from './executor.js'
import type { Job, Outcome } from './job.js'
import { runBatch } from './run-batch.js'

/** Handles items in this very thread: no start-up cost, for a handful of short reads. */
export function inlineExecutor(job: Promise<Job<unknown, unknown>>): Executor {
  return {
    async run(items, options) {
      const outcomes: Outcome<unknown>[] = []
      await runBatch(await job, items, options, outcome => outcomes.push(outcome))
      await turn()
      return outcomes
    },
    close: async () => {},
    kill: () => {},
  }
}
