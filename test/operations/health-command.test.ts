import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  type HealthCommandOptions,
  runHealthCommand,
} from '../../src/operations/runs/health-command.js'
import { temporaryDirectories } from '../temporary-directory.js'

const directory = temporaryDirectories()

function run(command: string, options: Partial<HealthCommandOptions> = {}) {
  const cwd = options.cwd ?? directory()
  return runHealthCommand(command, { env: {}, input: '{}', timeoutMs: 20_000, ...options, cwd })
}

/** True while a process of that number is there and is no zombie. */
function lives(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(resolve => setTimeout(resolve, 20))
}

describe('the health command', () => {
  it('passes with exit status 0, is told things, and is in the directory', async () => {
    const cwd = directory()
    const said: string[] = []
    const health = await run('cat > told; echo "$DBFLEET_WAVE"; echo "to both" >&2', {
      cwd,
      env: { DBFLEET_WAVE: '3' },
      input: '{"schema":1}',
      onOutput: text => said.push(text),
    })
    expect(health).toMatchObject({ status: 'passed' })
    expect(health?.output.split('\n').sort()).toEqual(['', '3', 'to both'])
    expect(said.join('')).toHaveLength('3\nto both\n'.length)
    expect(readFileSync(join(cwd, 'told'), 'utf8')).toBe('{"schema":1}')
    expect(health).not.toHaveProperty('reason')
  })

  it.each([
    ['exit 7', 'it ended with exit status 7'],
    ['no-such-program-anywhere', 'it ended with exit status 127'],
    ['kill -KILL $$', 'it was ended by SIGKILL'],
  ])('fails when it does: %s', async (command, reason) => {
    expect(await run(command)).toMatchObject({ status: 'failed', reason })
  })

  it('fails when it cannot be started', async () => {
    const cwd = join(directory(), 'gone')
    expect(await run('true', { cwd })).toMatchObject({
      status: 'failed',
      reason: 'it cannot be started (ENOENT)',
    })
    expect(await run('true\0')).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('it cannot be started'),
    })
  })

  it('need not read what it is told, however much that is', async () => {
    const input = 'x'.repeat(4_000_000)
    expect(await run('exec 0<&-; exit 0', { input })).toMatchObject({ status: 'passed' })
  })

  it('may print without end: the last 4 KiB are kept, and the first 64 KiB are passed on', async () => {
    let said = ''
    const health = await run('yes äöü | head -c 5000000; echo; echo "the end"', {
      onOutput: text => {
        said += text
      },
    })
    expect(health?.status).toBe('passed')
    expect(health?.output.length).toBeLessThanOrEqual(4_096)
    expect(health?.output).toMatch(/^[äöü\n]/)
    expect(health?.output.endsWith('the end\n')).toBe(true)
    expect(said.length).toBeLessThan(66_000)
    expect(said.length).toBeGreaterThan(60_000)
  })

  it('is killed with all that it has started when it takes too long and will not end', async () => {
    const cwd = directory()
    const command = `trap '' TERM; (trap '' TERM; echo $$ > outer; sh -c 'trap "" TERM; echo $$ > inner; while :; do sleep 1; done'); sleep 100`
    const health = await run(command, { cwd, timeoutMs: 400 })
    expect(health).toMatchObject({ status: 'failed', reason: 'it took longer than 0.4 s' })
    for (const name of ['outer', 'inner']) {
      const pid = Number(readFileSync(join(cwd, name), 'utf8'))
      await until(() => !lives(pid))
    }
  })

  it('is not waited for when it has ended, and what it left behind lives', async () => {
    const cwd = directory()
    const health = await run('sleep 30 & echo $! > pid', { cwd })
    const pid = Number(readFileSync(join(cwd, 'pid'), 'utf8'))
    expect(health).toMatchObject({ status: 'passed' })
    expect(lives(pid)).toBe(true)
    process.kill(pid)
  })

  it('says nothing when it is interrupted', async () => {
    const cwd = directory()
    const drain = new AbortController()
    const running = run('touch begun; sleep 100', { cwd, signal: drain.signal })
    await until(() => existsSync(join(cwd, 'begun')))
    drain.abort()
    expect(await running).toBeUndefined()
    expect(await run('true', { signal: drain.signal })).toBeUndefined()
  })

  it('ends at once when it is killed', async () => {
    const cwd = directory()
    const kill = new AbortController()
    const running = run(`trap '' TERM; echo $$ > pid; while :; do sleep 1; done`, {
      cwd,
      kill: kill.signal,
    })
    await until(() => existsSync(join(cwd, 'pid')))
    kill.abort()
    expect(await running).toBeUndefined()
    expect(lives(Number(readFileSync(join(cwd, 'pid'), 'utf8')))).toBe(false)
  })
})
