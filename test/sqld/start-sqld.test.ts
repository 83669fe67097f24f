import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { mustRun, skipWithoutSqld, whyNoSqld } from './availability.js'
import { createNamespace, execute } from './requests.js'
import { startSqld } from './start-sqld.js'

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('sqld in the tests', () => {
  it('serves namespaces, and leaves neither a process nor data behind', async context => {
    skipWithoutSqld(context, whyNoSqld())
    let pid: number
    let dataDirectory: string
    {
      await using server = await startSqld()
      ;({ pid, dataDirectory } = server)
      await createNamespace(server, 'alice')
      expect(await execute(server, 'alice', 'SELECT 1')).toEqual({
        status: 200,
        error: '',
        rows: [['1']],
      })
      expect((await execute(server, 'bob', 'SELECT 1')).status).toBe(404)
      expect(isRunning(pid)).toBe(true)
      expect(readdirSync(dataDirectory)).not.toEqual([])
    }
    expect(isRunning(pid)).toBe(false)
    expect(existsSync(dataDirectory)).toBe(false)
  })

  it('keeps its address and its data when it is killed and started again', async context => {
    skipWithoutSqld(context, whyNoSqld())
    await using server = await startSqld()
    const { pid, url } = server
    await createNamespace(server, 'alice')
    await execute(server, 'alice', 'CREATE TABLE t (v)')
    await execute(server, 'alice', 'INSERT INTO t VALUES (42)')
    await server.restart('SIGKILL')
    expect(server.url).toBe(url)
    expect(server.pid).not.toBe(pid)
    expect(isRunning(pid)).toBe(false)
    expect((await execute(server, 'alice', 'SELECT v FROM t')).rows).toEqual([['42']])
  })

  it.runIf(process.platform === 'linux')('may open many files', async context => {
    skipWithoutSqld(context, whyNoSqld())
    await using server = await startSqld()
    const limits = readFileSync(`/proc/${server.pid}/limits`, 'utf8')
    const [, soft, hard] = /^Max open files +(\d+) +(\d+)/m.exec(limits) ?? []
    expect(Number(soft)).toBe(Math.min(65_536, Number(hard)))
  })

  it('fails to start with what the server says', async context => {
    skipWithoutSqld(context, whyNoSqld())
    await expect(startSqld({ flags: ['--bogus'] })).rejects.toThrow(/sqld ended with 2:\n.*bogus/s)
  })
})

describe('a machine without sqld', () => {
  it('says what is missing', () => {
    expect(whyNoSqld('/nowhere/sqld')).toMatch(/^there is no sqld for \w+-\w+ /)
    expect(whyNoSqld('/dev/null')).toMatch(/^sqld does not run here: /)
  })

  it('fails its tests on Linux x64 and in CI', () => {
    expect(mustRun({}, 'linux-x64')).toBe(true)
    expect(mustRun({ CI: 'true' }, 'darwin-arm64')).toBe(true)
    expect(mustRun({}, 'darwin-arm64')).toBe(false)
    expect(mustRun({ CI: 'false' }, 'win32-x64')).toBe(false)
    vi.stubEnv('CI', 'true')
    expect(() => skipWithoutSqld({ skip: () => expect.fail() }, 'no reason')).toThrow('no reason')
    vi.unstubAllEnvs()
  })
})
