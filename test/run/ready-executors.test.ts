import { describe, expect, it } from 'vitest'
import { ReadyExecutors } from '../../src/run/ready-executors.js'
import { FakeExecutors } from './fake-executor.js'

describe('executors that are ready', () => {
  it('are started at once, taken once each, and ended when nobody took them', async () => {
    const executors = new FakeExecutors()
    {
      await using ready = new ReadyExecutors(3, () => executors.start('thread'))
      expect(executors.running.thread).toBe(3)
      const taken = [ready.take(), ready.take()]
      expect(await taken[0]?.run([4], { haltOnFailure: false })).toEqual([
        { result: 8, failed: false },
      ])
      expect(taken[1]).not.toBe(taken[0])
    }
    expect(executors.running.thread).toBe(2)
    expect(executors.closed).toBe(1)
    expect(executors.killed).toBe(0)
  })

  it('give none when all are taken', async () => {
    await using ready = new ReadyExecutors(1, () => new FakeExecutors().start('thread'))
    await ready.take()?.close()
    expect(ready.take()).toBeUndefined()
  })
})
