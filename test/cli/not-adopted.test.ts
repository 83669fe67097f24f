import { describe, expect, it } from 'vitest'
import { createNamespace, execute } from '../sqld/requests.js'
import { useSqld } from '../sqld/use-sqld.js'
import { libsqlFile } from './libsql-files.js'
import { A, B, ENGINES, json, projects, projectsOn } from './projects.js'
import { expectRefused } from './refused.js'
import { runCli, writeFiles } from './run-cli.js'

/** A database that dbmate migrated: the first of the two migrations is in it. */
const BY_DBMATE = [
  'CREATE TABLE schema_migrations (version varchar(128) primary key)',
  'CREATE TABLE a (id INTEGER PRIMARY KEY)',
  "INSERT INTO schema_migrations VALUES ('20260101000000')",
]
/** Migrations that go wrong nowhere, so that nothing but the ledger tells that they ran. */
const REPEATABLE = {
  [`migrations/${A}.up.sql`]: 'CREATE TABLE IF NOT EXISTS a (id INTEGER PRIMARY KEY);\n',
  [`migrations/${B}.up.sql`]: 'INSERT INTO a DEFAULT VALUES;\n',
  [`migrations/${B}.down.sql`]: 'DELETE FROM a;\n',
}
const MESSAGE = 'schema_migrations is the ledger of dbmate, which was not adopted'
const HINT =
  'Nothing was touched. `dbfleet adopt` takes over what it records. Where that tool goes on migrating a part of its own, name the table in `check.ignore`.'

describe.each(ENGINES)('a database with the ledger of another tool, on %s', engine => {
  const project = projectsOn(engine)

  function fleet(): string {
    const cwd = project(['bob'], REPEATABLE)
    libsqlFile(cwd, 'databases/alice.db', BY_DBMATE)
    return cwd
  }

  it('is refused by up, with the whole run', async () => {
    const cwd = fleet()
    for (const args of [
      ['up', '--all'],
      ['up', '--all', '--dry-run'],
    ]) {
      const { status, document } = await json(cwd, args)
      expect([status, document]).toMatchObject([
        2,
        {
          error: { code: 'not-adopted', message: `${MESSAGE}, in 1 database (alice)`, hint: HINT },
          databases: [
            { name: 'alice', status: 'failed', error: { code: 'not-adopted', message: MESSAGE } },
            { name: 'bob', status: 'not-run' },
          ],
        },
      ])
    }
    const { databases } = (await json(cwd, ['status', '--db', 'bob'])).document
    expect(databases).toMatchObject([{ applied: 0 }])
  })

  it('is refused by ensure', async () => {
    const error = { code: 'not-adopted', message: `alice: ${MESSAGE}`, hint: HINT }
    await expectRefused(['ensure', 'alice'], { cwd: fleet() }, error)
  })

  it('is told by status', async () => {
    const cwd = fleet()
    const { document } = await json(cwd, ['status'])
    expect(document.databases).toMatchObject([
      { name: 'alice', notAdopted: { tool: 'dbmate', table: 'schema_migrations' } },
      { name: 'bob', pending: [A, B] },
    ])
    expect(document.databases[1]).not.toHaveProperty('notAdopted')
    const { stdout } = await runCli(['status'], { cwd })
    expect(stdout).toContain(`not adopted from dbmate, 2 pending: ${A}, ${B}`)
    expect(stdout).toMatch(/^1 behind, 1 not adopted in /m)
  })

  it('is migrated once it is adopted, although that ledger stays', async () => {
    const cwd = fleet()
    expect((await json(cwd, ['adopt', '--db', 'alice'])).status).toBe(0)
    expect((await json(cwd, ['up', '--all'])).document.databases).toMatchObject([
      { name: 'alice', applied: [B] },
      { name: 'bob', applied: [A, B] },
    ])
    expect((await json(cwd, ['status', '--exit-code'])).status).toBe(0)
    // A ledger that became empty is still dbfleet's.
    expect((await json(cwd, ['down', '--db', 'alice', '--to', '0'])).status).toBe(0)
    expect((await json(cwd, ['up', '--all'])).status).toBe(0)
  })

  it('is migrated beside that tool where its ledger is none of dbfleet', async () => {
    const cwd = fleet()
    const fleetOf = { files: 'databases/*.db', ...(engine === 'libsql' && { engine }) }
    const config = { fleet: [fleetOf], check: { ignore: ['schema_*'] } }
    writeFiles(cwd, { 'dbfleet.config.json': JSON.stringify(config) })
    expect((await json(cwd, ['up', '--all'])).document.databases).toMatchObject([
      { applied: [A, B] },
      { applied: [A, B] },
    ])
  })
})

describe('on a server', () => {
  const server = useSqld()
  const project = projects()

  it('up refuses what another tool migrated', async () => {
    const { url, adminUrl } = server()
    const fleet = [{ sqld: { url, adminUrl, namespaces: ['alice', 'bob'] } }]
    const cwd = project({ 'dbfleet.config.json': JSON.stringify({ fleet }) })
    for (const name of ['alice', 'bob']) await createNamespace(server(), name)
    for (const sql of BY_DBMATE) {
      expect(await execute(server(), 'alice', sql)).toMatchObject({ error: '' })
    }
    const { status, document } = await json(cwd, ['up', '--all'])
    expect([status, document.databases]).toMatchObject([
      2,
      [{ name: 'alice', error: { code: 'not-adopted', message: MESSAGE } }, { status: 'not-run' }],
    ])
    expect((await json(cwd, ['up', '--db', 'bob'])).status).toBe(0)
  })
})
