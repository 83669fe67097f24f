import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openFleet } from '../../src/index.js'
import { json } from './projects.js'
import { runCli, startCli, writeFiles } from './run-cli.js'
import {
  addCounter,
  askControl,
  COUNT,
  countingProjects,
  countsIn,
  stopHolding,
  untilControl,
} from './run-projects.js'

const project = countingProjects()

interface Runs {
  runs: { id: number; verb: string; state: string; ok: number; failed: number; notRun: number }[]
}

describe('the journal', () => {
  it('tells what was run', async () => {
    const { cwd } = project(3)
    writeFileSync(join(cwd, 'databases/eve.db'), 'no database at all')
    expect((await json(cwd, ['up', '--all'])).document).toMatchObject({ run: 1 })
    await runCli(['down', '--db', 'db001'], { cwd })
    const { document } = await json(cwd, ['runs'])
    expect((document as unknown as Runs).runs).toMatchObject([
      { id: 2, verb: 'down', state: 'done', ok: 1 },
      { id: 1, verb: 'up', state: 'failed', ok: 3, failed: 1 },
    ])
    expect((await json(cwd, ['runs', 'show', '1'])).document.databases).toMatchObject([
      { name: 'db000', status: 'ok', before: null, done: [COUNT], attempts: 1 },
      { name: 'db001' },
      { name: 'db002' },
      { name: 'eve', status: 'failed', errorClass: 'corrupt', error: { code: 'not-a-database' } },
    ])
    const shown = await runCli(['runs', 'show', '1'], { cwd })
    expect(shown.stdout).toContain('run 1: up, failed')
    expect(shown.stdout).toContain('`dbfleet resume 1 --retry failed` tries again what failed.')
  })

  it('is kept beside the configuration, where version control does not look', async () => {
    const { cwd } = project(2)
    writeFiles(cwd, { 'dbfleet.config.json': '{"fleet":[{"files":"databases/*.db"}]}' })
    expect(await runCli(['up', '--all'], { cwd: join(cwd, 'databases') })).toMatchObject({
      status: 0,
    })
    expect(await runCli(['runs'], { cwd })).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^1\t\S+ \S+\tup\tdone\t2\t0\t0\t0\n$/),
    })
  })

  it('is not kept where nobody wants it', async () => {
    const { cwd } = project(2)
    writeFiles(cwd, {
      'dbfleet.config.json': '{"fleet":[{"files":"databases/*.db"}],"control":false}',
    })
    const { document } = await json(cwd, ['up', '--all'])
    expect(document).not.toHaveProperty('run')
    expect(countsIn(cwd)).toEqual([1, 1])
    const { status, document: refused } = await json(cwd, ['runs'])
    expect([status, refused.error?.code]).toEqual([2, 'no-journal'])
  })

  it('holds no secret', async () => {
    const { cwd } = project(1)
    const secret = 'LEAK-5f3a'
    writeFiles(cwd, {
      'dbfleet.config.json': JSON.stringify({
        fleet: [
          { files: 'databases/*.db' },
          {
            databases: [{ name: 'hq', url: 'http://127.0.0.1:9', authToken: { env: 'HQ_TOKEN' } }],
          },
        ],
        control: { url: 'control.db' },
      }),
    })
    await runCli(['up', '--all'], { cwd, env: { HQ_TOKEN: secret } })
    expect(askControl(cwd, "SELECT count(*) FROM results WHERE state = 'failed'")).toBe(1)
    const files = readdirSync(cwd).filter(file => file.startsWith('control.db'))
    expect(files).toContain('control.db')
    for (const file of files) expect(readFileSync(join(cwd, file)).includes(secret)).toBe(false)
  })

  it('that cannot be kept refuses a run before anything is touched', async () => {
    const { cwd } = project(2, { control: { url: 'missing/control.db' } })
    writeFileSync(join(cwd, 'missing'), 'a file where the directory should be')
    const { status, document } = await json(cwd, ['up', '--all'])
    expect([status, document.error?.code]).toEqual([2, 'control-failed'])
    expect(countsIn(cwd)).toEqual([0, 0])
  })
})

describe('resume', () => {
  it('goes on with what a killed run left, and does nothing twice', async () => {
    const { cwd, names } = project(60, { control: { lease: '5m' } })
    const { child, finished } = startCli(['up', '--all'], { cwd })
    await untilControl(cwd, "SELECT count(*) FROM results WHERE state = 'ok'")
    await stopHolding(cwd, child)
    expect((await json(cwd, ['resume'])).document.error?.code).toBe('run-goes-on')
    // That it is gone is seen on its own machine; nobody waits five minutes.
    child.kill('SIGKILL')
    await finished
    const { status, document } = await json(cwd, ['resume'])
    expect(status).toBe(0)
    expect(document.summary).toMatchObject({ total: names.length, ok: names.length })
    expect(document.databases.every(row => (row.applied as string[])[0] === COUNT)).toBe(true)
    expect(countsIn(cwd)).toEqual(names.map(() => 1))
    expect((await json(cwd, ['resume'])).document.error?.code).toBe('nothing-to-resume')
  })

  it('tries again what failed, when asked', async () => {
    const { cwd } = project(3)
    writeFileSync(join(cwd, 'databases/eve.db'), 'no database at all')
    expect((await json(cwd, ['up', '--all'])).status).toBe(3)
    expect(await json(cwd, ['resume', '1'])).toMatchObject({
      status: 3,
      document: { summary: { ok: 3, failed: 1 } },
    })
    expect(await json(cwd, ['resume'])).toMatchObject({
      status: 2,
      document: {
        error: {
          code: 'nothing-to-resume',
          hint: '`dbfleet resume 1 --retry failed` tries again what failed in run 1.',
        },
      },
    })
    rmSync(join(cwd, 'databases/eve.db'))
    addCounter(cwd, 'eve')
    expect(await json(cwd, ['resume', '--retry', 'failed'])).toMatchObject({
      status: 0,
      document: { summary: { ok: 4, failed: 0 } },
    })
    expect(countsIn(cwd)).toEqual([1, 1, 1, 1])
  })

  it('refuses when a migration of the run has another text now', async () => {
    const { cwd } = project(4)
    writeFiles(cwd, { 'migrations/20260102000000_bad.up.sql': 'CREATE TABLE counts (x);' })
    expect((await json(cwd, ['up', '--all', '--max-failures', '0'])).document).toMatchObject({
      stopped: { code: 'too-many-failures' },
    })
    writeFiles(cwd, { 'migrations/20260102000000_bad.up.sql': 'CREATE TABLE fine (x);' })
    const { status, document } = await json(cwd, ['resume', '1'])
    expect([status, document.error?.code]).toEqual([2, 'other-migrations'])
    expect(countsIn(cwd)).toEqual([0, 0, 0, 0])
  })
})

describe('a fleet that changes during a run', () => {
  it('has newcomers migrated, and what vanished skipped', async () => {
    const { cwd } = project(40)
    const fleet = await openFleet({ cwd })
    let isChanged = false
    const report = await fleet.up({
      all: true,
      onProgress({ phase, done }) {
        if (isChanged || phase !== 'up' || done === 0) return
        isChanged = true
        addCounter(cwd, 'newcomer')
        rmSync(join(cwd, 'databases/db039.db'))
      },
    })
    expect(isChanged).toBe(true)
    expect(report.databases.find(({ name }) => name === 'newcomer')).toMatchObject({
      status: 'ok',
      applied: [COUNT],
    })
    expect(report.databases.find(({ name }) => name === 'db039')).toMatchObject({
      status: 'skipped',
    })
    expect(report.summary).toMatchObject({ total: 41, ok: 40, skipped: 1, failed: 0 })
    expect(countsIn(cwd)).toEqual(Array(40).fill(1))
  })
})
