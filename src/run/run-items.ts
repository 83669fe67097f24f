import { setTimeout as delay } from 'node:timers/promises'
import { type Executor, ExecutorCrash } from './executor.js'
import type { FailureBudget } from './failure-budget.js'
import { LANES, type Lane, type Outcome } from './job.js'

/** An item and the lane that handles it. */
export interface LaneItem {
  item: unknown
  lane: Lane
}

/** How a lane is used. */
export interface LaneOptions {
  /** How many of its executors may run at once. */
  concurrency: number
  /** After so many items an executor is replaced by a new one. */
  recycleAfter: number
  /**
   * So many milliseconds pass before there is a second executor: the first may have done it all by then,
   * and starting one costs as much as many items do. The default is 0.
   */
  lateMs?: number
  /** False where starting an executor and handing it an item cost nothing: it gets one at a time. */
  batches: boolean
}

export interface RunItemsOptions<Result> {
  lanes: Record<Lane, LaneOptions>
  /** Starts an executor; called when work is waiting for its lane. */
  start(lane: Lane): Executor
  /** The result for an item whose executor died while handling it. */
  crashed(index: number, message: string): Result
  /** Ends the run early: what is in hand is finished, the rest is not run. */
  signal?: AbortSignal
  /** Ends the run now: executors are killed. */
  kill?: AbortSignal
  /** Stops the run when too many have failed. */
  budget?: FailureBudget
  /** Likewise, for other reasons; asked before each batch. */
  isOver?(): boolean
  /** True when an executor is to stop at a failure in a batch; so it is with a budget. */
  haltOnFailure?: boolean
  /**
   * Takes each result as it comes, and parts of one before it; what it gives back is kept. Nobody works
   * on before it is done, so that results cannot pile up. It must not throw.
   */
  deliver?(index: number, result: Result, of: { last: boolean }): Promise<Result>
  /**
   * Gives more items, when those there are run out; none when there are no more. What it throws ends the
   * run, after what is in hand.
   */
  more?(): Promise<readonly LaneItem[]>
  /** Called as items are done. */
  onProgress?(done: number, failed: number): void
}

/** A batch should keep a worker busy for about this long, in milliseconds. */
const BATCH_MS = 40
const LARGEST_BATCH = 256

/**
 * Handles many items on a bounded number of executors.
 *
 * @returns the results by index; `undefined` where an item was not run
 * @throws what an executor throws that is no crash, such as a job that cannot be made; the others
 *   finish what they have in hand first
 */
export async function runItems<Result>(
  given: readonly LaneItem[],
  options: RunItemsOptions<Result>,
): Promise<(Result | undefined)[]> {
  const items: (LaneItem | undefined)[] = [...given]
  const results = new Array<Result | undefined>(items.length).fill(undefined)
  const queues: Record<Lane, Queue> = {
    thread: new Queue(),
    process: new Queue(),
    remote: new Queue(),
  }
  for (const [index, { lane }] of given.entries()) queues[lane].push(index)
  let done = 0
  let failed = 0
  let fatal: unknown
  const killed = () => options.kill?.aborted === true
  const stopped = () =>
    fatal !== undefined ||
    options.signal?.aborted === true ||
    killed() ||
    options.budget?.exceededBy(failed) === true ||
    options.isOver?.() === true

  let isExhausted = options.more === undefined
  let filling: Promise<void> | undefined
  const waiting = () => LANES.reduce((sum, lane) => sum + queues[lane].length, 0)
  let notify = () => {}
  /** Resolves when there is something new for whoever has nothing to do. */
  let changed = Promise.resolve()
  const renewChanged = () => {
    changed = new Promise(resolve => {
      notify = () => {
        renewChanged()
        resolve()
      }
    })
  }
  renewChanged()
  /** Asks for more, once at a time. */
  const fill = (): Promise<void> => {
    filling ??= (async () => {
      try {
        const more = (await options.more?.()) ?? []
        isExhausted = more.length === 0
        for (const each of more) {
          queues[each.lane].push(items.push(each) - 1)
          results.push(undefined)
        }
        staff()
      } catch (error) {
        fatal ??= error
      } finally {
        filling = undefined
        notify()
      }
    })()
    return filling
  }

  const settle = (index: number, result: Result, failure: boolean) => {
    results[index] = result
    // It may be large, and nobody looks at it again.
    items[index] = undefined
    done += 1
    if (failure) failed += 1
  }
  const deliver = async (index: number, result: Result, last: boolean) =>
    options.deliver === undefined ? result : options.deliver(index, result, { last })
  const take = async (index: number, outcome: Outcome<unknown>) => {
    if ('reroute' in outcome) {
      queues[outcome.reroute].push(index)
      staff()
      notify()
    } else if ('part' in outcome) await deliver(index, outcome.part as Result, false)
    else settle(index, await deliver(index, outcome.result as Result, true), outcome.failed)
  }

  const running = new Set<Executor>()
  const workers = new Set<Promise<void>>()
  const active: Record<Lane, number> = { thread: 0, process: 0, remote: 0 }
  const end = async (executor: Executor | undefined) => {
    await executor?.close()
    if (executor !== undefined) running.delete(executor)
  }
  /** Waits as long as there is something in the queue. */
  const waitWhileBusy = async (lane: Lane, ms: number) => {
    const until = performance.now() + ms
    for (;;) {
      const left = until - performance.now()
      if (left <= 0 || stopped() || queues[lane].length === 0) return
      await Promise.race([changed, delay(left, undefined, { ref: false })])
    }
  }
  const work = async (lane: Lane, startsAfterMs: number) => {
    const { concurrency, recycleAfter, batches } = options.lanes[lane]
    const share = (waiting: number) => Math.ceil(waiting / concurrency)
    let executor: Executor | undefined
    let served = 0
    let size = 1
    /** What this executor has given a part of. */
    let begun: number | undefined
    const isIdle = () => begun === undefined && queues[lane].length === 0
    const hasMore = async () => {
      while (!stopped() && !isExhausted) {
        if (waiting() < FEW_WAITING) void fill()
        if (!isIdle()) break
        await changed
      }
      return !stopped() && !isIdle()
    }
    try {
      if (startsAfterMs > 0) await waitWhileBusy(lane, startsAfterMs)
      while (await hasMore()) {
        executor ??= options.start(lane)
        running.add(executor)
        const rest = recycleAfter - served
        const batch =
          begun === undefined
            ? queues[lane].take(Math.min(size, rest, share(queues[lane].length)))
            : [begun]
        begun = undefined
        if (queues[lane].length === 0) notify()
        const began = performance.now()
        const batchItems = batch.map(index => items[index]?.item)
        let outcomes: Outcome<unknown>[]
        try {
          const haltOnFailure = options.haltOnFailure ?? options.budget !== undefined
          outcomes = await executor.run(batchItems, { haltOnFailure })
        } catch (error) {
          executor.kill()
          running.delete(executor)
          executor = undefined
          if (!(error instanceof ExecutorCrash)) {
            fatal = error
            return
          }
          outcomes = withoutPart(error.outcomes)
          const culprit = batch[outcomes.length]
          if (culprit !== undefined && !killed()) {
            outcomes.push({ result: options.crashed(culprit, error.message), failed: true })
          }
        }
        const ms = performance.now() - began
        for (const [i, outcome] of outcomes.entries()) {
          await take(batch[i] as number, outcome)
          if ('part' in outcome) begun = batch[i]
        }
        queues[lane].putBack(batch.slice(outcomes.length))
        options.onProgress?.(done, failed)
        served += outcomes.length
        if (batches) size = nextSize(size, batch.length, ms)
        if (begun === undefined && served >= recycleAfter) {
          await end(executor)
          executor = undefined
          served = 0
        }
      }
    } finally {
      await end(executor)
    }
  }
  /** Sees to it that each lane with work has somebody to do it: items change lanes, and come later. */
  const staff = () => {
    for (const lane of LANES) {
      const wanted = workersFor(queues[lane].length, options.lanes[lane])
      for (; !stopped() && active[lane] < wanted; active[lane] += 1) {
        const { lateMs = 0 } = options.lanes[lane]
        const worker = work(lane, active[lane] === 0 ? 0 : lateMs)
          .catch(error => {
            fatal ??= error
          })
          .finally(() => {
            active[lane] -= 1
            workers.delete(worker)
            notify()
          })
        workers.add(worker)
      }
    }
  }
  const killAll = () => {
    for (const executor of running) executor.kill()
  }
  options.kill?.addEventListener('abort', killAll)
  try {
    for (;;) {
      while (workers.size > 0) await Promise.race(workers)
      if (stopped()) break
      if (waiting() > 0) staff()
      else if (isExhausted) break
      else await fill()
    }
  } finally {
    options.kill?.removeEventListener('abort', killAll)
  }
  if (fatal !== undefined) throw fatal
  return results
}

/** With fewer waiting, more are asked for, so that nobody has to wait for them. */
const FEW_WAITING = 512

/** Whoever died between two parts of a result never finishes it. */
function withoutPart(outcomes: Outcome<unknown>[]): Outcome<unknown>[] {
  return outcomes.filter(outcome => !('part' in outcome))
}

/** A worker takes longer to start than a few items take. */
const ITEMS_WORTH_A_WORKER = 4

function workersFor(waiting: number, { concurrency, batches }: LaneOptions): number {
  return Math.min(concurrency, batches ? Math.ceil(waiting / ITEMS_WORTH_A_WORKER) : waiting)
}

function nextSize(size: number, count: number, ms: number): number {
  if (count < size) return size
  const wanted = Math.round((count * BATCH_MS) / Math.max(ms, 0.1))
  return Math.max(1, Math.min(wanted, size * 4, LARGEST_BATCH))
}

/** A first-in, first-out queue of item indices that takes many at once cheaply. */
class Queue {
  #items: number[] = []
  #head = 0

  get length(): number {
    return this.#items.length - this.#head
  }

  push(index: number): void {
    this.#items.push(index)
  }

  take(count: number): number[] {
    const taken = this.#items.slice(this.#head, this.#head + count)
    this.#head += taken.length
    return taken
  }

  putBack(indices: readonly number[]): void {
    if (indices.length === 0) return
    this.#items = [...indices, ...this.#items.slice(this.#head)]
    this.#head = 0
  }
}
