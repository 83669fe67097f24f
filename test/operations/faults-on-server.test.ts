import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Fleet, openFleet } from '../../src/index.js'
import { type Fate, startFaultyProxy } from '../sqld/faulty-proxy.js'
import { createNamespace, execute } from '../sqld/requests.js'
import { useSqld } from '../sqld/use-sqld.js'
import { temporaryDirectories } from '../temporary-directory.js'

const server = useSqld()
const directory = temporaryDirectories()

/** Each adds to a counter, so that it shows when one was applied twice. */
const MIGRATIONS = {
  '20260101000001_count': {
    up: 'CREATE TABLE counts (name, n); INSERT INTO counts VALUES (1, 1);',
    down: 'DROP TABLE counts;',
  },
  '20260101000002_more': {
    up: 'UPDATE counts SET n = n + 10; CREATE TABLE more (x);',
    down: 'UPDATE counts SET n = n - 10; DROP TABLE more;',
  },
}

function project(): string {
  const root = directory()
  mkdirSync(join(root, 'migrations'))
  for (const [name, { up, down }] of Object.entries(MIGRATIONS)) {
    writeFileSync(join(root, `migrations/${name}.up.sql`), up)
    writeFileSync(join(root, `migrations/${name}.down.sql`), down)
  }
  return root
}

async function newNamespace(): Promise<string> {
  const name = randomUUID()
  await createNamespace(server(), name)
  return name
}

function fleetOf(root: string, url: string, names: string[]): Promise<Fleet> {
  const sqld = { url, namespaces: names }
  return openFleet({ cwd: root, config: { fleet: [{ sqld }], requestTimeout: '1s' } })
}

/** What the database itself says: the tables, the counter and the ledger. */
async function stateOf(name: string): Promise<unknown[]> {
  const read = async (sql: string) => (await execute(server(), name, sql)).rows.flat()
  return [
    await read("SELECT group_concat(name) FROM sqlite_schema WHERE type = 'table' ORDER BY name"),
    await read('SELECT n FROM counts'),
    await read('SELECT name FROM dbfleet_migrations ORDER BY name'),
  ]
}

const NAMES = Object.keys(MIGRATIONS)
const DONE = [['dbfleet_migrations,counts,more'], ['11'], NAMES]
/** Before a run, statements are also sent to be parsed only. */
const runs = (body: string, sql: string) => body.includes('BEGIN IMMEDIATE') && body.includes(sql)
const isApply = (body: string) => runs(body, 'CREATE TABLE counts')

describe('a connection that is cut', () => {
  const fates: Fate[] = [
    'cut before the request',
    'cut before the answer',
    'cut in the answer',
    'answer 524',
  ]

  it.each(fates)('%s of a migration: applied, and not twice', async fate => {
    const name = await newNamespace()
    let cut = 0
    await using proxy = await startFaultyProxy(server().url, body =>
      isApply(body) && ++cut === 1 ? fate : 'pass',
    )
    const report = await (await fleetOf(project(), proxy.url, [name])).up()
    expect(report.databases).toMatchObject([{ status: 'ok', applied: NAMES }])
    expect(await stateOf(name)).toEqual(DONE)
  })

  it.each(fates)('%s of every migration: reported, and the next run goes on', async fate => {
    const name = await newNamespace()
    const root = project()
    {
      await using proxy = await startFaultyProxy(server().url, body =>
        isApply(body) ? fate : 'pass',
      )
      const report = await (await fleetOf(root, proxy.url, [name])).up()
      // When the server did it, the ledger says so, although no answer ever came.
      const wasDone = fate !== 'cut before the request'
      expect(report.databases).toMatchObject(
        wasDone
          ? [{ status: 'ok', applied: NAMES }]
          : [{ status: 'failed', error: { code: 'unreachable' }, applied: [] }],
      )
    }
    const report = await (await fleetOf(root, server().url, [name])).up()
    expect(report.summary).toMatchObject({ failed: 0 })
    expect(await stateOf(name)).toEqual(DONE)
  })

  it.each(fates)('%s of a revert: reverted once', async fate => {
    const name = await newNamespace()
    const root = project()
    await (await fleetOf(root, server().url, [name])).up()
    let cut = 0
    await using proxy = await startFaultyProxy(server().url, body =>
      runs(body, 'DROP TABLE more') && ++cut === 1 ? fate : 'pass',
    )
    const report = await (await fleetOf(root, proxy.url, [name])).down()
    expect(report.databases).toMatchObject([{ status: 'ok', reverted: [NAMES[1]] }])
    expect(await stateOf(name)).toEqual([['dbfleet_migrations,counts'], ['1'], [NAMES[0]]])
  })

  it.each([503, 'cut before the request'] as const)('%s of a redo: not sent again', async fate => {
    const name = await newNamespace()
    const root = project()
    await (await fleetOf(root, server().url, [name])).up()
    let sent = 0
    await using proxy = await startFaultyProxy(server().url, body => {
      if (!runs(body, 'DROP TABLE more')) return 'pass'
      sent += 1
      return fate
    })
    const report = await (await fleetOf(root, proxy.url, [name])).redo()
    expect(report.databases).toMatchObject([{ status: 'failed', error: { code: 'unreachable' } }])
    expect(sent).toBe(1)
    expect(await stateOf(name)).toEqual(DONE)
  })

  it.each(fates)('%s of a change of data alone: not made twice', async fate => {
    const name = await newNamespace()
    const root = project()
    await (await fleetOf(root, server().url, [name])).up()
    const only = '20260101000003_add'
    writeFileSync(join(root, `migrations/${only}.up.sql`), 'UPDATE counts SET n = n + 100;')
    let cut = 0
    await using proxy = await startFaultyProxy(server().url, body =>
      runs(body, 'n + 100') && ++cut === 1 ? fate : 'pass',
    )
    const report = await (await fleetOf(root, proxy.url, [name])).up()
    expect(report.databases).toMatchObject([{ status: 'ok', applied: [only] }])
    expect(await stateOf(name)).toEqual([DONE[0], ['111'], [...NAMES, only]])
  })

  it.each(fates)('%s of the commit of a module: done once', async fate => {
    const name = await newNamespace()
    const root = project()
    writeFileSync(
      join(root, 'migrations/20260101000003_module.mjs'),
      `import { sql } from 'kysely'
      export const up = db => sql\`UPDATE counts SET n = n + 100\`.execute(db)`,
    )
    let cut = 0
    await using proxy = await startFaultyProxy(server().url, body =>
      body.includes('"COMMIT"') && !body.includes('counts') && ++cut === 1 ? fate : 'pass',
    )
    const report = await (await fleetOf(root, proxy.url, [name])).up()
    expect(cut).toBeGreaterThan(0)
    const module = '20260101000003_module'
    expect(report.databases).toMatchObject([{ status: 'ok', applied: [...NAMES, module] }])
    expect((await stateOf(name)).slice(1)).toEqual([['111'], [...NAMES, module]])
  })

  it('hangs: the run ends, and does not claim to know what became of it', async () => {
    const name = await newNamespace()
    await using proxy = await startFaultyProxy(server().url, body =>
      isApply(body) || body.includes('applied_at') ? 'hang' : 'pass',
    )
    const report = await (await fleetOf(project(), proxy.url, [name])).up()
    expect(report.databases).toMatchObject([{ status: 'failed', error: { code: 'timeout' } }])
    expect(await stateOf(name)).toEqual(DONE)
  })
})

describe('several runs at once', () => {
  it('apply each migration once, and all of them end well', async () => {
    const root = project()
    const names = await Promise.all(Array.from({ length: 12 }, newNamespace))
    const fleets = await Promise.all([1, 2, 3].map(() => fleetOf(root, server().url, names)))
    const reports = await Promise.all(fleets.map(fleet => fleet.up({ all: true })))
    expect(reports.map(({ summary }) => summary.ok)).toEqual([12, 12, 12])
    for (const [index, name] of names.entries()) {
      expect(await stateOf(name)).toEqual(DONE)
      const applied = reports.flatMap(({ databases }) => databases[index]?.applied ?? [])
      expect(applied.sort()).toEqual(NAMES)
    }
  })
})

describe('a server that is busy', () => {
  it.each([429, 502, 503] as const)('answers %i a few times: it is asked again', async status => {
    const name = await newNamespace()
    await using proxy = await startFaultyProxy(server().url, (_, index) =>
      index % 3 < 2 ? status : 'pass',
    )
    const report = await (await fleetOf(project(), proxy.url, [name])).up()
    expect(report.databases).toMatchObject([{ status: 'ok', applied: NAMES }])
    expect(await stateOf(name)).toEqual(DONE)
  })

  it('always answers 429: the database fails after a bounded number of requests', async () => {
    await using proxy = await startFaultyProxy(server().url, () => 429)
    const report = await (await fleetOf(project(), proxy.url, ['busy'])).status()
    expect(report.databases).toMatchObject([{ status: 'failed', error: { code: 'unreachable' } }])
    expect(proxy.requests.length).toBeLessThan(10)
  })
})

describe('whatever becomes of each request', () => {
  it('a migration is applied as a whole, once, or not at all', async () => {
    const fate = fc.constantFrom<Fate>(
      'pass',
      'cut before the request',
      'cut before the answer',
      'cut in the answer',
      'answer 524',
      502,
      503,
    )
    const root = project()
    await fc.assert(
      fc.asyncProperty(fc.array(fate, { minLength: 1, maxLength: 12 }), async fates => {
        const names = [await newNamespace(), await newNamespace()]
        {
          await using proxy = await startFaultyProxy(
            server().url,
            (_, index) => fates[index] ?? 'pass',
          )
          await (await fleetOf(root, proxy.url, names)).up({ all: true })
        }
        for (const name of names) {
          const state = await stateOf(name)
          expect([DONE, [[null], [], []], [[], [], []]]).toContainEqual(normal(state))
        }
        await (await fleetOf(root, server().url, names)).up({ all: true })
        for (const name of names) expect(await stateOf(name)).toEqual(DONE)
      }),
      { numRuns: 25 },
    )
  })
})

/** `group_concat` of nothing is one NULL. */
function normal(state: unknown[]): unknown[] {
  return state.map(column => (column as unknown[]).map(value => value ?? null))
}
