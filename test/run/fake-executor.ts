import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { type Executor, ExecutorCrash } from '../../src/run/executor.js'
import type { Lane, Outcome } from '../../src/run/job.js'

/** What an executor is to do with an item, besides giving it back doubled. */
export interface Behaviour {
  /** The item's result is a failure. */
  fails?: (item: number) => boolean
  /** The executor dies at this item, if it is of this lane. */
  dies?: (item: number, lane: Lane) => boolean
  /** The item is handed to the process lane. */
  reroutes?: (item: number) => boolean
  /** The executor cannot do the job at all. */
  broken?: () => Error | undefined
  /** Time that an item takes, in milliseconds. */
  ms?: number
}

/** Executors that run nothing, and what was asked of them. */
export class FakeExecutors {
  readonly batches: { lane: Lane; items: number[] }[] = []
  readonly running: Record<Lane, number> = { thread: 0, process: 0, remote: 0 }
  readonly most: Record<Lane, number> = { thread: 0, process: 0, remote: 0 }
  /** Items served by each executor that was started. */
  readonly served: number[] = []
  closed = 0
  killed = 0
  readonly #behaviour: Behaviour

  constructor(behaviour: Behaviour = {}) {
    this.#behaviour = behaviour
  }

  readonly start = (lane: Lane): Executor => {
    const id = this.served.push(0) - 1
    this.running[lane] += 1
    this.most[lane] = Math.max(this.most[lane], this.running[lane])
    let dead = false
    const end = () => {
      if (!dead) this.running[lane] -= 1
      dead = true
    }
    return {
      run: async (items, { haltOnFailure }) => {
        if (dead) throw new ExecutorCrash('used after its end', [])
        const batch = items as readonly number[]
        this.batches.push({ lane, items: [...batch] })
        const outcomes: Outcome<unknown>[] = []
        for (const item of batch) {
          await (this.#behaviour.ms === undefined ? turn() : sleep(this.#behaviour.ms))
          const error = this.#behaviour.broken?.()
          if (error !== undefined) throw error
          if (dead || this.#behaviour.dies?.(item, lane)) {
            end()
            throw new ExecutorCrash(`died at ${item}`, outcomes)
          }
          this.served[id] = (this.served[id] ?? 0) + 1
          if (lane === 'thread' && this.#behaviour.reroutes?.(item)) {
            outcomes.push({ reroute: 'process' })
            continue
          }
          const failed = this.#behaviour.fails?.(item) ?? false
          outcomes.push({ result: item * 2, failed })
          if (failed && haltOnFailure) break
        }
        return outcomes
      },
      close: async () => {
        this.closed += 1
        end()
      },
      kill: () => {
        if (!dead) this.killed += 1
        end()
      },
    }
  }
}
