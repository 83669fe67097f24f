import { describe, expect, it } from 'vitest'
import { openFleet } from '../../src/index.js'
import { A, at, B, ENGINES, json, projectsOn } from './projects.js'
import { runCli, startCli, writeFiles } from './run-cli.js'
import { onSqlite } from './sqlite-files.js'

const C = '20260103000000_more'
const MORE = {
  [`migrations/${C}.up.sql`]:
    'CREATE TABLE c (id INTEGER PRIMARY KEY);\nINSERT INTO c VALUES (1);\n',
  [`migrations/${C}.down.sql`]: 'DROP TABLE c;\n',
}

describe.each(ENGINES)('ensure with %s', engine => {
  const project = projectsOn(engine)

  it('brings one database up to date, and no other', async () => {
    const cwd = project(['alice', 'bob'])
    const first = await json(cwd, ['ensure', 'alice'])
    expect(first).toMatchObject({
      status: 0,
      document: { command: 'ensure', databases: [{ name: 'alice', applied: [A, B], position: B }] },
    })
    expect(await json(cwd, ['ensure', 'alice'])).toMatchObject({
      status: 0,
      document: { databases: [{ name: 'alice', applied: [], position: B }] },
    })
    const { document } = await json(cwd, ['status'])
    expect(document.databases).toMatchObject([{ position: B }, { position: null }])
  })

  it('says what is wrong, and leaves the database as it was', async () => {
    const cwd = project(['alice'], {
      [`migrations/${C}.up.sql`]: 'CREATE TABLE c (x); CREATE TABLE a (x);',
    })
    const failed = await json(cwd, ['ensure', 'alice'])
    expect(failed).toMatchObject({
      status: 3,
      document: { databases: [{ status: 'failed', error: { code: 'sql' } }] },
    })
    expect((await json(cwd, ['status'])).document.databases).toMatchObject([{ position: null }])
    for (const name of ['zoe', 'a*', '../alice']) {
      const unknown = await json(cwd, ['ensure', name])
      expect(unknown).toMatchObject({
        status: 2,
        document: { error: { code: 'unknown-database' } },
      })
    }
  })

  it('leaves what a newer release has migrated, and refuses what was edited', async () => {
    const cwd = project(['alice'], MORE)
    expect(await runCli(['up'], { cwd })).toMatchObject({ status: 0 })
    const older = project([])
    writeFiles(older, {
      'dbfleet.config.json': JSON.stringify({
        fleet: [{ files: `${cwd}/databases/*.db`, ...(engine === 'libsql' && { engine }) }],
      }),
    })
    expect(await json(older, ['ensure', 'alice'])).toMatchObject({
      status: 0,
      document: { databases: [{ applied: [], position: C }] },
    })
    writeFiles(older, { [`migrations/${B}.up.sql`]: 'CREATE TABLE b (other);' })
    expect(await json(older, ['ensure', 'alice'])).toMatchObject({
      status: 2,
      document: { error: { code: 'migration-edited' } },
    })
  })
})

describe('ensure in an application', () => {
  const project = projectsOn('better-sqlite3')

  it('is safe a hundred times at once, beside a running up and other processes', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `user-${index}`)
    const cwd = project(names, MORE)
    const fleets = await Promise.all([openFleet({ cwd }), openFleet({ cwd })])
    const sweep = startCli(['up', '--all', '--json'], { cwd })
    const others = [1, 2].map(() => startCli(['ensure', 'user-7', '--json'], { cwd }))
    const openings = Array.from({ length: 100 }, (_, index) =>
      fleets[index % 2]?.ensure('user-7', { busyTimeoutMs: 30_000 }),
    )
    const ensured = await Promise.all(openings)
    expect(ensured.map(result => result?.position)).toEqual(Array(100).fill(C))
    for (const { finished } of [sweep, ...others]) {
      expect(await finished).toMatchObject({ status: 0 })
    }
    for (const name of names) {
      const [count] = onSqlite(at(cwd, name), db =>
        db.prepare('SELECT count(*) FROM c').pluck().all(),
      )
      expect(count).toBe(1)
    }
  })

  it('throws when the database is not up to date', async () => {
    const cwd = project(['alice'], { [`migrations/${C}.up.sql`]: 'CREATE TABLE a (x);' })
    const fleet = await openFleet({ cwd })
    await expect(fleet.ensure('alice')).rejects.toMatchObject({
      code: 'sql',
      message: expect.stringContaining('alice: '),
    })
  })
})
