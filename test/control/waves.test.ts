import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Control, openControl } from '../../src/control/control-database.js'
import { RunJournal } from '../../src/control/run-journal.js'
import { openDatabase } from '../../src/database/open-database.js'
import { temporaryDirectories } from '../temporary-directory.js'

const directory = temporaryDirectories()
const LEASE = { leaseMs: 30_000 }
const run = { verb: 'up', options: {}, migrations: [] }
let control: Control
beforeEach(async () => {
  const path = join(directory(), 'control.db')
  const target = { name: 'control', path }
  control = await openControl(
    await openDatabase(target, { mode: 'create', busyTimeoutMs: 1_000 }),
    path,
  )
})
afterEach(async () => {
  await control[Symbol.asyncDispose]()
})

/** A run with `a` in its canary and `b` in wave 1, and another process that works on it. */
async function twoProcesses() {
  const conductor = await RunJournal.begin(control, run, LEASE)
  await conductor.waves.plan([
    { number: 0, name: 'canary' },
    { number: 1, name: 'wave 1' },
  ])
  await conductor.plan(
    [{ number: 0, position: null, ledger: [], names: ['m'] }],
    [
      { database: 'a', wave: 0, plan: 0 },
      { database: 'b', wave: 1, plan: 0 },
    ],
    { total: 3, idle: { m: 1 } },
  )
  await conductor.open(0)
  return { conductor, other: await RunJournal.join(control, conductor.id, LEASE) }
}

it('lets a wave begin only when nothing of the earlier ones is left, pending or in hand', async () => {
  const { conductor } = await twoProcesses()
  expect(await conductor.waves.begin(0)).toBe(true)
  expect(await conductor.waves.begin(1)).toBe(false)
  expect((await conductor.claim(10)).rows).toMatchObject([{ database: 'a', wave: 0 }])
  expect(await conductor.waves.begin(1)).toBe(false)
  await conductor.record([{ database: 'a', state: 'ok' }])
  expect((await conductor.claim(10)).rows).toEqual([])
  expect(await conductor.waves.begin(1)).toBe(true)
  expect(await conductor.waves.begin(1)).toBe(true)
  expect((await conductor.claim(10)).rows).toMatchObject([{ database: 'b', wave: 1 }])
})

it('lets nobody but the process that opened the run begin a wave', async () => {
  const { conductor, other } = await twoProcesses()
  await other.claim(10)
  await other.record([{ database: 'a', state: 'ok' }])
  expect(await other.waves.begin(1)).toBe(false)
  expect(await conductor.waves.begin(1)).toBe(true)
})

it('begins no wave of a run that was stopped', async () => {
  const { conductor, other } = await twoProcesses()
  await conductor.claim(10)
  await conductor.record([{ database: 'a', state: 'ok' }])
  await other.stop({ code: 'too-many-failures', message: '' })
  expect(await conductor.waves.begin(1)).toBe(false)
})

it('keeps others waiting while a wave is judged, and lets them go when the conductor is lost', async () => {
  const { conductor, other } = await twoProcesses()
  await conductor.claim(10)
  await conductor.record([{ database: 'a', state: 'ok' }])
  expect(await conductor.claim(10)).toEqual({ rows: [], left: 0 })
  expect(await other.claim(10)).toEqual({ rows: [], left: 1 })
  await control.write([
    { sql: 'UPDATE holders SET expires_at = 0 WHERE id = ?', args: [conductor.holder] },
  ])
  expect(await other.claim(10)).toEqual({ rows: [], left: 0 })
})

it('does not wait for what another run holds of a later wave', async () => {
  const { conductor } = await twoProcesses()
  const another = await RunJournal.begin(control, run, LEASE)
  await another.plan([], [{ database: 'b', wave: 0, plan: 0 }], { total: 1, idle: {} })
  await another.open()
  await another.claim(10)
  expect(await conductor.blocked()).toEqual([])
  await conductor.claim(10)
  await conductor.record([{ database: 'a', state: 'ok' }])
  await conductor.waves.begin(1)
  expect(await conductor.blocked()).toMatchObject([{ database: 'b', run: another.id }])
})

it('counts by waves, without what had failed before there were any', async () => {
  const { conductor } = await twoProcesses()
  const error = { code: 'io', message: 'no' }
  await conductor.settle([{ database: 'c', state: 'failed', error, errorClass: 'disk' }])
  await conductor.claim(10)
  await conductor.record([{ database: 'a', state: 'failed', error, errorClass: 'disk' }])
  await conductor.waves.end(0)
  const health = { status: 'passed', output: '"x"\n', durationMs: 1 } as const
  await conductor.waves.judge(0, health)
  const time = expect.stringMatching(/^\d{4}-.*Z$/)
  const none = { ok: 0, failed: 0, skipped: 0, notRun: 0 }
  expect(await conductor.waves.rows()).toEqual([
    {
      ...none,
      number: 0,
      name: 'canary',
      total: 1,
      failed: 1,
      startedAt: null,
      endedAt: time,
      health,
    },
    { ...none, number: 1, name: 'wave 1', total: 1, notRun: 1, startedAt: null, endedAt: null },
  ])
  expect(await conductor.waves.failures(1)).toEqual([{ name: 'a', error }])
  expect(await conductor.waves.summary()).toEqual({
    total: 3,
    ok: 1,
    failed: 2,
    skipped: 0,
    notRun: 0,
  })
})
