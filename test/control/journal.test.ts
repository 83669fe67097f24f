import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { CONTROL_OPTIONS, type Control, openControl } from '../../src/control/control-database.js'
import type { Journal } from '../../src/control/journal.js'
import { LoneRun } from '../../src/control/lone-run.js'
import { readResults, readRun, readRuns } from '../../src/control/read-runs.js'
import { RunJournal } from '../../src/control/run-journal.js'
import type { Database } from '../../src/database/database.js'
import { openDatabase } from '../../src/database/open-database.js'
import { CREATE_LEDGER } from '../../src/migrate/ledger.js'
import { createNamespace } from '../sqld/requests.js'
import { useSqld } from '../sqld/use-sqld.js'
import { temporaryDirectories } from '../temporary-directory.js'

const server = useSqld()
const directory = temporaryDirectories()
const open: AsyncDisposable[] = []
afterEach(async () => {
  for (const each of open.splice(0)) await each[Symbol.asyncDispose]()
})

const LEASE = { leaseMs: 30_000 }
const UP = { verb: 'up', options: {}, migrations: [{ name: 'm', checksum: 'c' }] }
const PLAN = [{ number: 0, position: null, ledger: [], names: ['m'] }]
const WHERE = ['a file', 'sqld'] as const

async function place(kind: (typeof WHERE)[number]): Promise<() => Promise<Database>> {
  if (kind === 'a file') {
    const path = join(directory(), 'control.db')
    return () => openDatabase({ name: 'control', path }, CONTROL_OPTIONS)
  }
  const namespace = randomUUID()
  await createNamespace(server(), namespace)
  const endpoint = { url: server().url, namespace, timeoutMs: 10_000 }
  return () => openDatabase({ name: 'control', endpoint }, CONTROL_OPTIONS)
}

async function control(from: () => Promise<Database>): Promise<Control> {
  const opened = await openControl(await from(), 'file:control.db')
  open.push(opened)
  return opened
}

const rows = (count: number, wave = 0) =>
  Array.from({ length: count }, (_, i) => ({
    database: `db${String(i).padStart(3, '0')}`,
    wave,
    plan: 0,
  }))
const OF = { total: 5, idle: {} }

describe.each([...WHERE, 'nowhere'] as const)('a run that is recorded in %s', kind => {
  async function begin(): Promise<Journal> {
    if (kind === 'nowhere') return new LoneRun()
    return RunJournal.begin(await control(await place(kind)), UP, LEASE)
  }

  it('hands each database out once, in order, up to the wave that is open', async () => {
    const journal = await begin()
    await journal.plan(PLAN, [...rows(3), { database: 'z', wave: 1, plan: 0 }], OF)
    await journal.open(0)
    const first = await journal.claim(2)
    expect(first.rows.map(row => row.database)).toEqual(['db000', 'db001'])
    expect((await journal.claim(9)).rows.map(row => row.database)).toEqual(['db002'])
    expect(await journal.claim(9)).toEqual({ rows: [], left: 0 })
    await journal.record(rows(3).map(({ database }) => ({ database, state: 'ok' })))
    await journal.open(1)
    expect((await journal.claim(9)).rows.map(row => row.database)).toEqual(['z'])
  })

  it('hands out again what is to be tried again, not before its time', async () => {
    const journal = await begin()
    await journal.plan(PLAN, rows(1), OF)
    await journal.open()
    expect((await journal.claim(9)).rows).toMatchObject([{ database: 'db000', attempt: 1 }])
    await journal.record([{ database: 'db000', state: 'pending', delayMs: 60_000 }])
    expect(await journal.claim(9)).toEqual({ rows: [], left: 1 })
  })

  it('hands out nothing more when it was stopped', async () => {
    const journal = await begin()
    await journal.plan(PLAN, rows(3), OF)
    await journal.open()
    await journal.claim(1)
    await journal.stop({ code: 'too-many-failures', message: 'enough' })
    expect((await journal.claim(9)).rows).toEqual([])
  })
})

describe.each(WHERE)('runs that share a control database in %s', kind => {
  it('share the work of one run, and none is in two hands', async () => {
    const from = await place(kind)
    const one = await RunJournal.begin(await control(from), UP, LEASE)
    await one.plan(PLAN, rows(100), OF)
    await one.open()
    const two = await RunJournal.join(await control(from), one.id, LEASE)
    const taken: string[] = []
    const work = async (journal: RunJournal) => {
      for (;;) {
        const claim = await journal.claim(7)
        if (claim.rows.length === 0) return
        taken.push(...claim.rows.map(row => row.database))
        await journal.record(claim.rows.map(({ database }) => ({ database, state: 'ok' })))
      }
    }
    await Promise.all([work(one), work(two)])
    expect(taken.sort()).toEqual(rows(100).map(({ database }) => database))
  })

  it('never hold one database at the same time', async () => {
    const from = await place(kind)
    const [one, two] = await Promise.all(
      [1, 2].map(async () => RunJournal.begin(await control(from), UP, LEASE)),
    )
    for (const journal of [one, two]) {
      await journal?.plan(PLAN, rows(2), OF)
      await journal?.open()
    }
    expect((await one?.claim(1))?.rows).toMatchObject([{ database: 'db000' }])
    expect((await two?.claim(9))?.rows).toMatchObject([{ database: 'db001' }])
    expect(await two?.claim(9)).toEqual({ rows: [], left: 1 })
    expect(await two?.blocked()).toMatchObject([{ database: 'db000', run: one?.id }])
    await one?.record([{ database: 'db000', state: 'ok' }])
    expect((await two?.claim(9))?.rows).toMatchObject([{ database: 'db000' }])
  })

  it('take over what a silent process held, which cannot record any more', async () => {
    const from = await place(kind)
    const admin = await control(from)
    const silent = await RunJournal.begin(admin, UP, LEASE)
    await silent.plan(PLAN, rows(1), OF)
    await silent.open()
    const [held] = (await silent.claim(1)).rows
    await admin.write([{ sql: 'UPDATE holders SET expires_at = 1' }])
    const other = await RunJournal.join(await control(from), silent.id, LEASE)
    const [taken] = (await other.claim(1)).rows
    expect(taken).toMatchObject({ database: 'db000', attempt: 2 })
    expect(taken?.fence).toBeGreaterThan(held?.fence as bigint)
    expect((await silent.renew()).alive).toBe(false)
    await expect(silent.claim(1)).rejects.toMatchObject({ code: 'lease-lost' })
    const error = { code: 'sql', message: 'late' }
    await silent.record([{ database: 'db000', state: 'failed', error }])
    await other.record([{ database: 'db000', state: 'ok' }])
    await other.leave('done')
    expect(await readRun(admin, silent.id)).toMatchObject({ state: 'done', ok: 1, failed: 0 })
  })

  it('tell what was done, and of runs whose processes died', async () => {
    const admin = await control(await place(kind))
    const journal = await RunJournal.begin(admin, { ...UP, backup: '/sets/1' }, LEASE)
    await journal.plan(PLAN, rows(3), { total: 5, idle: { m: 2 } })
    await journal.open()
    await journal.claim(2)
    await journal.record([
      { database: 'db000', state: 'ok' },
      {
        database: 'db001',
        state: 'failed',
        done: [],
        error: { code: 'sql', message: 'no such table' },
        errorClass: 'syntax',
      },
    ])
    const counts = { total: 5, ok: 3, idle: 2, failed: 1, notRun: 1 }
    expect(await readRuns(admin, 9)).toMatchObject([
      { ...counts, state: 'running', backup: '/sets/1' },
    ])
    const results = []
    for await (const part of readResults(admin, journal.id)) results.push(...part)
    expect(results).toMatchObject([
      { name: 'db000', status: 'ok', done: ['m'], before: null, attempts: 1 },
      { name: 'db001', status: 'failed', done: [], errorClass: 'syntax', error: { code: 'sql' } },
      { name: 'db002', status: 'not-run', attempts: 0 },
    ])
    await admin.write([{ sql: 'UPDATE holders SET expires_at = 1' }])
    expect(await readRun(admin, journal.id)).toMatchObject({ ...counts, state: 'lost' })
    expect(await readRun(admin, 99)).toBeUndefined()
  })

  it('are made by several processes at once', async () => {
    const from = await place(kind)
    const all = await Promise.all(Array.from({ length: 6 }, () => control(from)))
    const runs = await Promise.all(all.map(each => RunJournal.begin(each, UP, LEASE)))
    expect(new Set(runs.map(({ id }) => id)).size).toBe(6)
  })

  it('are not touched by an older dbfleet', async () => {
    const from = await place(kind)
    const admin = await control(from)
    await admin.write([
      {
        sql: "INSERT OR IGNORE INTO dbfleet_migrations VALUES ('29990101000000_x', '', '', 0, '')",
      },
    ])
    await expect(control(from)).rejects.toMatchObject({ code: 'control-newer' })
  })

  it('are not recorded in a database of a fleet', async () => {
    const from = await place(kind)
    const db = await from()
    await db.query(CREATE_LEDGER)
    await db.query("INSERT INTO dbfleet_migrations VALUES ('20260105090000_notes', '', '', 0, '')")
    await db.close()
    await expect(control(from)).rejects.toMatchObject({
      code: 'control-failed',
      message:
        'file:control.db is no control database, but one of a fleet: its ledger has 20260105090000_notes',
    })
  })
})
