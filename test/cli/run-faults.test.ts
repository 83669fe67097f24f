import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { startFaultyProxy } from '../sqld/faulty-proxy.js'
import { createNamespace } from '../sqld/requests.js'
import { useSqld } from '../sqld/use-sqld.js'
import { json } from './projects.js'
import { runCli, startCli } from './run-cli.js'
import {
  askControl,
  countingProjects,
  countsIn,
  stopHolding,
  untilControl,
} from './run-projects.js'

const project = countingProjects()
const MOMENTS = 30

describe('several processes of one run', () => {
  it('lose nothing and do nothing twice when one is killed, at whatever moment', async () => {
    let killed = 0
    for (let moment = 0; moment < MOMENTS; moment += 1) {
      const { cwd, names } = project(24)
      const first = startCli(['up', '--all'], { cwd })
      await untilControl(cwd, "SELECT state = 'running' FROM runs")
      const others = [1, 2].map(() => startCli(['up', '--all', '--join', '1'], { cwd }))
      const all = [first, ...others]
      await sleep(Math.random() * 700)
      all[moment % 3]?.child.kill('SIGKILL')
      const ends = await Promise.all(all.map(({ finished }) => finished))
      if (ends.some(({ status }) => status === 'SIGKILL')) killed += 1
      if (askControl(cwd, "SELECT count(*) FROM results WHERE state <> 'ok'") !== 0) {
        await untilControl(
          cwd,
          "SELECT NOT count(*) FROM holders WHERE expires_at > unixepoch('subsec') * 1000",
        )
        expect((await runCli(['resume', '1'], { cwd })).status).toBe(0)
      }
      expect(countsIn(cwd)).toEqual(names.map(() => 1))
    }
    expect(killed).toBeGreaterThan(MOMENTS / 4)
  }, 600_000)

  it('share it', async () => {
    const { cwd, names } = project(150)
    const first = startCli(['up', '--all', '--json'], { cwd })
    await untilControl(cwd, "SELECT state = 'running' FROM runs")
    const joined = await json(cwd, ['up', '--all', '--join', '1'])
    const { status } = await first.finished
    expect([status, joined.status]).toEqual([0, 0])
    expect(joined.document.summary).toMatchObject({ total: names.length, ok: names.length })
    expect(countsIn(cwd)).toEqual(names.map(() => 1))
    expect(askControl(cwd, 'SELECT state || outcome FROM runs')).toBe('endeddone')
  })

  it('take over at once from one of their machine that dies, however long its lease', async () => {
    const { cwd, names } = project(100, { control: { lease: '1h' } })
    const first = startCli(['up', '--all'], { cwd })
    await stopHolding(cwd, first.child)
    const second = startCli(['up', '--all', '--join', '1', '--json'], { cwd })
    // It has done all that it could have, and waits.
    await untilControl(
      cwd,
      "SELECT count(*) > 1 AND (SELECT count(*) FROM results WHERE state = 'pending') = 0 AND (SELECT count(DISTINCT holder) FROM results WHERE state = 'claimed') = 1 FROM holders",
    )
    first.child.kill('SIGKILL')
    const { status, stdout } = await second.finished
    expect([status, JSON.parse(stdout).summary]).toMatchObject([0, { ok: names.length }])
    expect(countsIn(cwd)).toEqual(names.map(() => 1))
  }, 60_000)

  it('need not agree on the time', async () => {
    const { cwd, names } = project(60)
    const shift = (minutes: number) => {
      const path = join(cwd, `shift${minutes}.mjs`)
      writeFileSync(
        path,
        `const now = Date.now
Date.now = () => now() + ${minutes} * 60_000
globalThis.Date = class extends Date {
  constructor(...args) { super(...(args.length === 0 ? [Date.now()] : args)) }
}`,
      )
      return { NODE_OPTIONS: `--import=${path}` }
    }
    const first = startCli(['up', '--all'], { cwd, env: shift(10) })
    await untilControl(cwd, "SELECT state = 'running' FROM runs")
    const second = startCli(['up', '--all', '--join', '1'], { cwd, env: shift(-10) })
    const ends = await Promise.all([first.finished, second.finished])
    expect(ends.map(({ status }) => status)).toEqual([0, 0])
    expect(countsIn(cwd)).toEqual(names.map(() => 1))
    expect(askControl(cwd, 'SELECT max(attempts) FROM results')).toBe(1)
  })

  it('take over from one that hangs, which writes nothing when it wakes up', async () => {
    const { cwd, names } = project(200)
    const first = startCli(['up', '--all', '--json'], { cwd })
    await untilControl(cwd, "SELECT count(*) FROM results WHERE state = 'ok'")
    await stopHolding(cwd, first.child)
    const held = Number(askControl(cwd, "SELECT count(*) FROM results WHERE state = 'claimed'"))
    expect(held).toBeGreaterThan(0)
    const other = await json(cwd, ['up', '--all', '--join', '1', '--busy-timeout', '1s'])
    // A database in which it was stopped stays locked until it wakes up.
    first.child.kill('SIGCONT')
    const { status, stdout } = await first.finished
    expect(status).toBe(3)
    expect(JSON.parse(stdout).stopped).toMatchObject({ code: 'lease-lost' })
    if (other.status !== 0) {
      expect((await runCli(['resume', '1', '--retry', 'failed'], { cwd })).status).toBe(0)
    }
    expect(countsIn(cwd)).toEqual(names.map(() => 1))
  }, 120_000)
})

describe('a database that another run holds', () => {
  it('is waited for, and then reported with who holds it', async () => {
    const { cwd } = project(30, { control: { lease: '60s' } })
    const first = startCli(['up', '--all'], { cwd })
    await stopHolding(cwd, first.child)
    const held = String(
      askControl(cwd, "SELECT database FROM results WHERE state = 'claimed' ORDER BY 1 DESC"),
    )
    const { status, document } = await json(cwd, ['up', '--db', held, '--busy-timeout', '300ms'])
    expect(status).toBe(3)
    expect(document.databases).toMatchObject([
      { name: held, error: { code: 'leased', message: expect.stringContaining('run 1 holds it') } },
    ])
    first.child.kill('SIGCONT')
    await first.finished
  })
})

describe('a control database that fails halfway', () => {
  const server = useSqld()
  const disks: string[] = []
  afterEach(() => {
    for (const disk of disks.splice(0)) spawnSync('umount', [disk])
  })

  it('ends the run after what is in hand, and resume goes on', async () => {
    const namespace = randomUUID()
    await createNamespace(server(), namespace)
    let isAway = false
    await using proxy = await startFaultyProxy(server().url, () =>
      isAway ? 'cut before the request' : 'pass',
    )
    const { cwd, names } = project(120, { control: { url: `${proxy.url}#${namespace}` } })
    const { finished } = startCli(['up', '--all', '--json', '--jobs', '1'], { cwd })
    while (!countsIn(cwd).includes(1)) await sleep(20)
    isAway = true
    const { status, stdout } = await finished
    const report = JSON.parse(stdout)
    expect([status, report.stopped?.code]).toEqual([3, 'control-failed'])
    expect(report.summary.failed).toBe(0)
    expect(report.summary.notRun).toBeGreaterThan(0)
    expect(countsIn(cwd).filter(n => n === 1)).toHaveLength(report.summary.ok)
    isAway = false
    await sleep(2_500)
    expect((await runCli(['resume'], { cwd })).status).toBe(0)
    expect(countsIn(cwd)).toEqual(names.map(() => 1))
  }, 120_000)

  it.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)(
    'on a disk that is full',
    async () => {
      const { cwd, names } = project(300, { control: { url: 'disk/control.db' } })
      const disk = join(cwd, 'disk')
      mkdirSync(disk)
      expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=140k', 'tmpfs', disk]).status).toBe(0)
      disks.push(disk)
      const { status, document } = await json(cwd, ['up', '--all'])
      expect([2, 3]).toContain(status)
      const error = document.error ?? (document as { stopped?: { code: string } }).stopped
      expect(error?.code).toBe('control-failed')
      expect(spawnSync('mount', ['-o', 'remount,size=20m', disk]).status).toBe(0)
      await sleep(2_500)
      expect((await runCli(['up', '--all'], { cwd })).status).toBe(0)
      expect(countsIn(cwd)).toEqual(names.map(() => 1))
    },
    120_000,
  )
})
