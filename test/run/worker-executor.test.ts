import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Executor, ExecutorCrash } from '../../src/run/executor.js'
import type { Lane, Outcome } from '../../src/run/job.js'
import { workerExecutor } from '../../src/run/worker-executor.js'
import type { WorkerItem } from './worker-entry.js'

const ALL = { haltOnFailure: false }
const SPEC = { name: 'echo', init: { big: 2n ** 63n } }

let directory: string
let entry: URL
const executors: Executor[] = []

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'dbfleet-test-'))
  const outfile = join(directory, 'worker.mjs')
  await build({
    entryPoints: [fileURLToPath(new URL('./worker-entry.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
  })
  entry = pathToFileURL(outfile)
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))
afterEach(() => {
  for (const executor of executors.splice(0)) executor.kill()
})

function start(lane: Lane, spec = SPEC): Executor {
  const executor = workerExecutor(entry, spec, lane)
  executors.push(executor)
  return executor
}
function run(executor: Executor, items: readonly WorkerItem[], options = ALL) {
  return executor.run(items, options)
}
async function crash(running: Promise<unknown>): Promise<ExecutorCrash> {
  const error = await running.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(ExecutorCrash)
  return error as ExecutorCrash
}
const values = (outcomes: readonly Outcome<unknown>[]) =>
  outcomes.map(outcome => ('result' in outcome ? outcome.result : outcome))
const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe.each(['thread', 'process'] as const)('an executor in a %s', lane => {
  it('gives items and the job’s own data to its job, and the outcomes back in order', async () => {
    const executor = start(lane)
    const sent = [1n << 60n, new Uint8Array([0, 255]), 'ü\0\n', null, { deep: [{ map: 1.5 }] }]
    const outcomes = await run(
      executor,
      sent.map(value => ({ value })),
    )
    expect(outcomes).toEqual(
      sent.map(value => ({ result: { init: SPEC.init, value }, failed: false })),
    )
    const many = Array.from({ length: 300 }, (_, value) => ({ value }))
    expect(values(await run(executor, many))).toEqual(
      many.map(({ value }) => ({ init: SPEC.init, value })),
    )
    expect(await run(executor, [{ reroute: true }, { fail: 1 }])).toEqual([
      { reroute: 'process' },
      { result: 1, failed: true },
    ])
    await executor.close()
  })

  it('ends a batch at the first failure when it is asked to', async () => {
    const outcomes = await run(start(lane), [{ value: 1 }, { fail: 2 }, { value: 3 }], {
      haltOnFailure: true,
    })
    expect(outcomes.map(outcome => 'failed' in outcome && outcome.failed)).toEqual([false, true])
  })

  it('says so when its job cannot be made, or throws: that is no crash of one item', async () => {
    const unknown = start(lane, { ...SPEC, name: 'nonsense' })
    const error = await run(unknown, [{ value: 1 }]).catch((thrown: unknown) => thrown)
    expect(error).toEqual(new Error('no job is named nonsense'))
    expect(error).not.toBeInstanceOf(ExecutorCrash)
    await expect(run(start(lane), [{ value: 1 }, { throw: 'a bug' }])).rejects.toThrow('a bug')
  })

  it('says so when its entry cannot be loaded', async () => {
    const executor = workerExecutor(new URL('file:///nowhere/worker.mjs'), SPEC, lane)
    const { message, outcomes } = await crash(executor.run([{ value: 1 }], ALL))
    expect(message).toMatch(/ended with 1|Cannot find module/)
    expect(outcomes).toEqual([])
    await executor.close()
  })

  it('that ended crashes at once when it is used again', async () => {
    const executor = start(lane)
    await crash(run(executor, [{ die: 'exit' }]))
    expect((await crash(run(executor, [{ value: 1 }]))).outcomes).toEqual([])
    await executor.close()
  })

  it('can be killed while it is busy', async () => {
    const executor = start(lane)
    await run(executor, [{ value: 'it runs' }])
    const running = crash(run(executor, [{ block: 30_000 }]))
    await sleep(50)
    const began = performance.now()
    executor.kill()
    await running
    expect(performance.now() - began).toBeLessThan(1000)
    await executor.close()
  })

  it('is gone when close is done, and not before the batch in hand is', async () => {
    const executor = start(lane)
    const [pid] = values(await run(executor, [{ pid: true }])) as [number]
    const running = run(executor, [{ wait: 100 }, { block: 100 }])
    const closing = executor.close()
    expect(values(await running).at(-1)).toBe('blocked')
    await closing
    if (lane === 'process') expect(isAlive(pid)).toBe(false)
  })
})

describe('an executor in a process', () => {
  it('that dies has told every outcome before, however late they are read', async () => {
    const before = Array.from({ length: 250 }, (_, value) => ({ value }))
    const executor = start('process')
    await run(executor, [{ value: 'it runs' }])
    const running = crash(run(executor, [...before, { die: 'SIGKILL' }, { value: 'never' }]))
    await sleep(1)
    // The messages and the end of the process are both waiting when this thread comes back.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400)
    const { message, outcomes } = await running
    expect(message).toBe('the engine ended with SIGKILL')
    expect(outcomes).toHaveLength(before.length)
  })

  it('survives what ends its process, and says in what words it died', async () => {
    const { message, outcomes } = await crash(
      run(start('process'), [
        { value: 1 },
        { say: "thread '<unnamed>' panicked at src/lib.rs: invalid utf-8" },
        { die: 'abort' },
      ]),
    )
    expect(message).toMatch(/^the engine ended with SIGABRT: panicked at .*invalid utf-8$/)
    expect(outcomes).toHaveLength(2)
  })

  it('takes no notice of Ctrl-C, which reaches it as well as its parent', async () => {
    const executor = start('process')
    const [pid] = values(await run(executor, [{ pid: true }])) as [number]
    const running = run(executor, [{ wait: 150 }, { value: 'done' }])
    await sleep(30)
    process.kill(pid, 'SIGINT')
    process.kill(pid, 'SIGTERM')
    expect(values(await running).at(-1)).toEqual({ init: SPEC.init, value: 'done' })
  })

  it('crashes, rather than wait for ever, where no process can be started', async () => {
    const { execPath } = process
    process.execPath = join(directory, 'no-node')
    try {
      const executor = start('process')
      const { message, outcomes } = await crash(run(executor, [{ value: 1 }]))
      expect(message).toMatch(/did not start: spawn .*ENOENT/)
      expect(outcomes).toEqual([])
      await executor.close()
    } finally {
      process.execPath = execPath
    }
  })
})
