import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseFailureBudget } from '../../src/run/failure-budget.js'
import type { Lane } from '../../src/run/job.js'
import { type LaneOptions, type RunItemsOptions, runItems } from '../../src/run/run-items.js'
import { type Behaviour, FakeExecutors } from './fake-executor.js'

const CRASHED = -1
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i)

type Optional<T> = { [Key in keyof T]?: T[Key] | undefined }

interface Options extends Partial<RunItemsOptions<number>>, Partial<LaneOptions> {}

/** Runs the numbers from 0 and doubles them. */
async function run(
  count: number,
  behaviour: Behaviour = {},
  { concurrency, recycleAfter, batches, lateMs, ...options }: Options = {},
  lane: (item: number) => Lane = () => 'thread',
) {
  const executors = new FakeExecutors(behaviour)
  const messages: string[] = []
  const results = await runItems<number>(
    numbers(count).map(item => ({ item, lane: lane(item) })),
    {
      lanes: lanes({ concurrency, recycleAfter, batches, lateMs }),
      start: executors.start,
      crashed: (_index, message) => {
        messages.push(message)
        return CRASHED
      },
      ...options,
    },
  )
  expect(executors.running).toEqual({ thread: 0, process: 0, remote: 0 })
  return { results, executors, messages }
}

function lanes({
  concurrency = 3,
  recycleAfter = Infinity,
  batches = true,
  lateMs = 0,
}: Optional<LaneOptions>) {
  const lane = { concurrency, recycleAfter, batches, lateMs }
  return { thread: lane, process: lane, remote: lane }
}

describe('running many items', () => {
  it('gives the results in the order of the items, each item handled once', async () => {
    const { results, executors } = await run(500)
    expect(results).toEqual(numbers(500).map(item => item * 2))
    const handled = executors.batches.flatMap(({ items }) => items)
    expect(handled.sort((a, b) => a - b)).toEqual(numbers(500))
  })

  it('starts nothing for no items, and one executor for a few', async () => {
    expect((await run(0)).executors.served).toEqual([])
    expect((await run(4)).executors.served).toHaveLength(1)
  })

  it('starts others later only while there is something left for them', async () => {
    const quick = await run(100, {}, { lateMs: 600_000 })
    expect(quick.results).toHaveLength(100)
    expect(quick.executors.served).toHaveLength(1)
    const slow = await run(100, { ms: 5 }, { lateMs: 20, concurrency: 2 })
    expect(slow.executors.most.thread).toBe(2)
  })

  it('keeps to its concurrency in each lane, and closes every executor', async () => {
    const lane = (item: number) => (item % 2 === 0 ? 'thread' : 'process')
    const { executors } = await run(400, { ms: 1 }, { concurrency: 2 }, lane)
    expect(executors.most).toEqual({ thread: 2, process: 2, remote: 0 })
    expect(executors.closed).toBe(executors.served.length)
    for (const { lane: where, items } of executors.batches) {
      for (const item of items) expect(where).toBe(lane(item))
    }
  })

  it('makes batches larger while they are quick, and leaves work for the others at the end', async () => {
    const { executors } = await run(3000)
    const sizes = executors.batches.map(({ items }) => items.length)
    expect(sizes[0]).toBe(1)
    expect(Math.max(...sizes)).toBeGreaterThan(16)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(256)
    expect(sizes.slice(-3).every(size => size < 16)).toBe(true)
    const slow = await run(60, { ms: 50 }, { concurrency: 6 })
    expect(Math.max(...slow.executors.batches.map(({ items }) => items.length))).toBe(1)
  })

  it('hands items that need another lane to that lane', async () => {
    const { results, executors } = await run(100, { reroutes: item => item % 10 === 3 })
    expect(results).toEqual(numbers(100).map(item => item * 2))
    const there = executors.batches.filter(({ lane }) => lane === 'process')
    expect(there.flatMap(({ items }) => items).sort((a, b) => a - b)).toEqual(
      numbers(10).map(ten => ten * 10 + 3),
    )
  })

  it('charges the death of an executor to the item in hand only', async () => {
    const { results, messages } = await run(200, { dies: item => item % 50 === 7 })
    expect(results).toEqual(numbers(200).map(item => (item % 50 === 7 ? CRASHED : item * 2)))
    expect(messages.sort()).toEqual(['died at 107', 'died at 157', 'died at 57', 'died at 7'])
  })

  it('replaces an executor after as many items as it may serve, and never gives it more', async () => {
    const { results, executors } = await run(500, {}, { recycleAfter: 20 })
    expect(results).toEqual(numbers(500).map(item => item * 2))
    expect(Math.max(...executors.served)).toBe(20)
    expect(executors.closed).toBe(executors.served.length)
  })

  it('tells how far it is, up to the end', async () => {
    const seen: [number, number][] = []
    await run(100, { fails: item => item < 5 }, { onProgress: (...state) => seen.push(state) })
    expect(seen.at(-1)).toEqual([100, 5])
    expect(seen.map(([done]) => done)).toEqual(seen.map(([done]) => done).sort((a, b) => a - b))
  })

  it('hands over one item at a time where handing over costs nothing', async () => {
    const { executors } = await run(50, {}, { concurrency: 8, batches: false }, () => 'remote')
    expect(executors.most.remote).toBe(8)
    expect(Math.max(...executors.batches.map(({ items }) => items.length))).toBe(1)
  })

  it('ends with the error of a job that cannot be made, after what is in hand', async () => {
    let asked = 0
    const broken = () => (++asked === 30 ? new Error('no such job') : undefined)
    const executors = new FakeExecutors({ broken })
    const running = runItems<number>(
      numbers(400).map(item => ({ item, lane: 'thread' as const })),
      {
        lanes: lanes({}),
        start: executors.start,
        crashed: () => CRASHED,
      },
    )
    await expect(running).rejects.toThrow('no such job')
    expect(executors.running.thread).toBe(0)
    expect(asked).toBeLessThan(400)
  })

  it('handles each item once or not at all, whatever dies, fails, moves or is stopped', async () => {
    const item = fc.constantFrom('fine', 'dies', 'fails', 'moves')
    await fc.assert(
      fc.asyncProperty(
        fc.array(item, { maxLength: 60 }),
        fc.record({
          concurrency: fc.integer({ min: 1, max: 4 }),
          recycle: fc.integer({ min: 1, max: 30 }),
          allowed: fc.option(fc.nat(5)),
        }),
        async (kinds, { concurrency, recycle, allowed }) => {
          const is = (kind: string) => (index: number) => kinds[index] === kind
          const { results, executors } = await run(
            kinds.length,
            { dies: is('dies'), fails: is('fails'), reroutes: is('moves') },
            {
              concurrency,
              recycleAfter: recycle,
              ...(allowed !== null && { budget: parseFailureBudget(String(allowed), 60) }),
            },
          )
          expect(Math.max(0, ...executors.served)).toBeLessThanOrEqual(recycle)
          const bad = results.filter((result, i) =>
            result === undefined ? false : is('dies')(i) || is('fails')(i),
          ).length
          for (const [index, result] of results.entries()) {
            const expected = kinds[index] === 'dies' ? CRASHED : index * 2
            if (allowed === null) expect(result).toBe(expected)
            else expect([expected, undefined]).toContain(result)
          }
          if (allowed !== null) expect(bad).toBeLessThanOrEqual(allowed + concurrency * 2)
          if (results.includes(undefined)) expect(bad).toBeGreaterThan(allowed ?? Infinity)
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('ending a run early', () => {
  it('with a budget stops soon after it is exceeded; what failed in a batch ends the batch', async () => {
    const budget = parseFailureBudget('2', 400)
    const { results, executors } = await run(400, { fails: item => item >= 100 }, { budget })
    const handled = results.filter(result => result !== undefined)
    expect(handled.length).toBeGreaterThanOrEqual(103)
    expect(handled.length).toBeLessThanOrEqual(100 + 2 + 3)
    expect(executors.closed).toBe(executors.served.length)
  })

  it('by the first signal finishes the batches in hand and runs no more', async () => {
    const stop = new AbortController()
    const onProgress = (done: number) => {
      if (done >= 10) stop.abort()
    }
    const { results, executors } = await run(400, { ms: 2 }, { signal: stop.signal, onProgress })
    const handled = results.filter(result => result !== undefined).length
    expect(handled).toBe(executors.batches.flatMap(({ items }) => items).length)
    expect(handled).toBeLessThan(200)
    expect(executors.killed).toBe(0)
  })

  it('that was ended before it began runs nothing', async () => {
    for (const name of ['signal', 'kill'] as const) {
      const { results, executors } = await run(10, {}, { [name]: AbortSignal.abort() })
      expect(results).toEqual(new Array(10).fill(undefined))
      expect(executors.served).toEqual([])
    }
  })

  it('by the second signal kills the executors, and blames no item for that', async () => {
    for (const names of [['kill'], ['signal', 'kill']] as const) {
      const stop = new AbortController()
      const signals = Object.fromEntries(names.map(name => [name, stop.signal]))
      void sleep(60).then(() => stop.abort())
      const began = performance.now()
      const { results, executors, messages } = await run(100, { ms: 25 }, signals)
      expect(performance.now() - began).toBeLessThan(500)
      expect(executors.killed).toBe(3)
      expect(messages).toEqual([])
      expect(results).not.toContain(CRASHED)
      expect(results.filter(result => result !== undefined).length).toBeLessThan(20)
    }
  })
})

describe('work that comes bit by bit', () => {
  it('is handled once each, though some of it moves to another lane and more waits for all of it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 6 }),
        fc.integer({ min: 1, max: 4 }),
        async (parts, concurrency) => {
          const given: number[] = []
          let settled = 0
          const { results, executors } = await run(
            0,
            { reroutes: item => item % 7 === 3 },
            {
              concurrency,
              async more() {
                // As when nothing is handed out before all that was is done.
                while (settled < given.length) await sleep(1)
                const count = parts.shift() ?? 0
                const fresh = numbers(count).map(i => given.length + i)
                given.push(...fresh)
                return fresh.map(item => ({ item, lane: 'thread' as const }))
              },
              async deliver(_index, result) {
                settled += 1
                return result
              },
            },
          )
          expect(results).toEqual(given.map(item => item * 2))
          expect(executors.running.thread).toBe(0)
        },
      ),
      { numRuns: 30 },
    )
  })
})
