import { expect, it } from 'vitest'
import { inlineExecutor } from '../../src/run/inline-executor.js'
import { KeptExecutors } from '../../src/run/kept-executors.js'

it('start no more executors than are in use at once, and end them in the end', async () => {
  let started = 0
  let ended = 0
  const start = () => {
    started += 1
    const job = Promise.resolve({ run: async () => ({ result: 1, failed: false }) })
    const executor = inlineExecutor(job)
    const close = async () => {
      ended += 1
    }
    return { ...executor, close }
  }
  await using kept = new KeptExecutors()
  for (let part = 0; part < 5; part += 1) {
    const both = [kept.take(start), kept.take(start)]
    for (const executor of both) {
      expect(await executor.run(['item'], { haltOnFailure: false })).toHaveLength(1)
    }
    await Promise.all(both.map(executor => executor.close()))
  }
  expect([started, ended]).toEqual([2, 0])
  await kept[Symbol.asyncDispose]()
  expect(ended).toBe(2)
})
