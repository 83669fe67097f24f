import { readFileSync, rmSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { CheckReport } from '../../src/report/check-report.js'
import { schemaErrors } from '../docs/report-schema.js'
import { A, at, B, ENGINES, projectsOn } from './projects.js'
import { runCli, runJson, writeFiles } from './run-cli.js'
import { onSqlite } from './sqlite-files.js'

async function check(cwd: string, ...args: string[]) {
  const result = await runJson<CheckReport>(['check', ...args], { cwd })
  expect(schemaErrors(result.document)).toEqual([])
  const { findings } = result.document
  return { ...result, findings, codes: findings.map(({ code }) => code) }
}

/** Changes a schema behind dbfleet's back. */
function change(path: string, sql: string): void {
  onSqlite(path, db => db.exec(sql))
}

describe.each(ENGINES)('check with %s', engine => {
  const project = projectsOn(engine)

  async function migrated(...names: string[]): Promise<string> {
    const cwd = project(names)
    expect(await runCli(['up', '--all'], { cwd })).toMatchObject({ status: 0 })
    return cwd
  }

  it('finds nothing in a fleet that is as expected', async () => {
    const { status, findings, document } = await check(await migrated('alice', 'bob'))
    expect({ status, findings }).toEqual({ status: 0, findings: [] })
    expect(document.census).toMatchObject([
      { position: B, asExpected: true, databases: ['alice', 'bob'] },
    ])
  })

  it('tells drift, one finding for all databases that share it, with the SQL that mends it', async () => {
    const cwd = await migrated('alice', 'bob', 'carol', 'dave')
    change(at(cwd, 'alice'), 'DROP INDEX b_id')
    change(at(cwd, 'carol'), 'drop index "b_id"')
    change(at(cwd, 'dave'), 'CREATE TABLE tmp_fix (x); CREATE INDEX tmp_x ON tmp_fix (x)')
    const { status, findings } = await check(cwd)
    expect(status).toBe(1)
    expect(findings).toEqual([
      {
        code: 'drift',
        severity: 'error',
        message: 'lacks index b_id',
        databases: ['alice', 'carol'],
        sql: ['CREATE INDEX b_id ON b (id)'],
      },
      {
        code: 'drift',
        severity: 'error',
        message: 'has an extra table tmp_fix',
        databases: ['dave'],
        sql: ['DROP TABLE tmp_fix'],
      },
    ])
    const { stdout } = await runCli(['drift'], { cwd })
    expect(stdout).toContain('2 lack index b_id (alice, carol)\n')
    expect(stdout).toContain('1 has an extra table tmp_fix (dave)\n')
  })

  it('says so when nobody knows what a schema should be', async () => {
    const cwd = project(['alice'], {
      'migrations/20260103000000_more.up.sql': 'ALTER TABLE a ADD COLUMN more TEXT;',
      'migrations/20260103000000_more.down.sql': 'ALTER TABLE a DROP COLUMN more;',
    })
    expect(await runCli(['up', '--all'], { cwd })).toMatchObject({ status: 0 })
    change(at(cwd, 'alice'), `DELETE FROM dbfleet_migrations WHERE name = '${A}'`)
    const { status, codes } = await check(cwd)
    expect(status).toBe(1)
    expect(codes).toEqual(['out-of-order', 'not-judged'])
  })

  it('writes scripts that mend drift, and take it back', async () => {
    const cwd = await migrated('alice', 'bob', 'carol')
    for (const name of ['alice', 'bob']) {
      change(at(cwd, name), 'DROP INDEX b_id; ALTER TABLE a DROP COLUMN v; CREATE TABLE tmp (x)')
    }
    const { status, document } = await check(cwd, '--fix-script', 'fixes')
    expect(status).toBe(1)
    const [up = '', down = '', ...others] = document.scripts
    expect(others).toEqual([])
    const text = readFileSync(up, 'utf8')
    expect(text).toContain('-- Mends what drifted in alice, bob.\n')
    expect(text).toContain('-- This loses the rows of tmp.\nDROP TABLE tmp;\n')
    change(at(cwd, 'alice'), text)
    expect((await check(cwd)).findings.map(({ databases }) => databases)).toEqual([
      ['bob'],
      ['bob'],
      ['bob'],
    ])
    change(at(cwd, 'alice'), readFileSync(down, 'utf8'))
    expect((await runCli(['diff', 'alice', 'bob'], { cwd })).status).toBe(0)
    expect(await runCli(['check', '--fix-script', 'fixes'], { cwd })).toMatchObject({ status: 2 })
    expect(readFileSync(up, 'utf8')).toBe(text)
  })

  it('tells what is pending from drift', async () => {
    const cwd = project(['alice', 'bob'])
    await runCli(['up', '--db', 'alice'], { cwd })
    await runCli(['up', '--db', 'bob', '--step', '1'], { cwd })
    const { status, findings } = await check(cwd)
    expect(status).toBe(0)
    expect(findings).toMatchObject([
      { code: 'pending', severity: 'warning', message: `${B} is pending`, databases: ['bob'] },
    ])
    expect(await check(cwd, '--strict')).toMatchObject({ status: 1 })
    change(at(cwd, 'bob'), 'ALTER TABLE a ADD COLUMN extra')
    const drifted = await check(cwd)
    expect(drifted.findings).toMatchObject([
      { code: 'drift', message: 'has an extra column a.extra', databases: ['bob'] },
      { code: 'pending', databases: ['bob'] },
    ])
    expect(drifted.document.databases).toMatchObject([
      { name: 'alice', position: B, asExpected: true },
      { name: 'bob', position: A, asExpected: false },
    ])
  })

  it('finds migrations that were edited, deleted or came too late', async () => {
    const cwd = await migrated('alice')
    writeFiles(cwd, {
      [`migrations/${A}.up.sql`]: 'CREATE TABLE a (id INTEGER PRIMARY KEY, other TEXT);\n',
      'migrations/20250101000000_late.up.sql': 'CREATE TABLE late (x);\n',
      'migrations/20250101000000_late.down.sql': 'DROP TABLE late;\n',
    })
    expect(await check(cwd)).toMatchObject({
      status: 1,
      codes: ['schema-stale', 'migration-edited', 'out-of-order'],
    })
    rmSync(`${cwd}/migrations/${A}.up.sql`)
    rmSync(`${cwd}/migrations/${A}.down.sql`)
    expect(await check(cwd)).toMatchObject({
      status: 1,
      codes: ['schema-stale', 'migration-deleted', 'out-of-order'],
    })
  })

  it('finds a database that nobody recorded anything of', async () => {
    const cwd = project(['alice', 'empty'])
    change(at(cwd, 'alice'), 'CREATE TABLE t (x)')
    const { findings } = await check(cwd)
    expect(findings).toMatchObject([
      { code: 'no-ledger', severity: 'error', databases: ['alice'] },
      { code: 'pending', databases: ['alice', 'empty'] },
    ])
  })
})

describe('check of migrations', () => {
  const project = projectsOn('better-sqlite3')
  const C = '20260103000000_c'

  function offline(up: string, down: string | undefined) {
    const files = { [`migrations/${C}.up.sql`]: up }
    const cwd = project(
      [],
      down === undefined ? files : { ...files, [`migrations/${C}.down.sql`]: down },
    )
    return check(cwd, '--offline')
  }

  it.each([
    ['up-fails', 'CREATE TABLE a (x);', 'DROP TABLE a;', 'up', 1],
    ['up-fails', '\n\nCREATE INDEX i ON nowhere (x);', 'DROP INDEX i;', 'up', 3],
    ['down-fails', 'CREATE TABLE c (x);', 'DROP TABLE d;', 'down', 1],
    [
      'down-incomplete',
      'CREATE TABLE c (x); CREATE TABLE d (x);',
      'DROP TABLE c;',
      'down',
      undefined,
    ],
    ['down-incomplete', 'CREATE TABLE c (x);', 'DROP TABLE c; DROP TABLE b;', 'down', undefined],
    ['syntax', 'CREATE TABL c (x);', 'DROP TABLE c;', 'up', 1],
    ['syntax', 'CREATE TABLE c (x);', '-- gone\nDROP TABL c;', 'down', 2],
    ['migration-invalid', 'BEGIN; CREATE TABLE c (x);', 'DROP TABLE c;', 'up', 1],
    ['migration-empty', '-- nothing\n', 'DROP TABLE c;', 'up', undefined],
  ])('finds %s in %j and %j', async (code, up, down, half, line) => {
    const { status, findings } = await offline(up, down)
    expect(status).toBe(1)
    expect(findings[0]).toMatchObject({
      code,
      severity: 'error',
      file: `migrations/${C}.${half}.sql`,
      ...(line !== undefined && { line }),
    })
  })

  it('says what a down leaves behind', async () => {
    const { findings } = await offline('CREATE TABLE c (x); CREATE TABLE d (x);', 'DROP TABLE c;')
    expect(findings[0]?.message).toBe(
      `the down of ${C} does not restore the schema before it: table d is left over`,
    )
  })

  it('goes on behind a migration that cannot be reverted', async () => {
    const cwd = project([], {
      [`migrations/${C}.up.sql`]: 'CREATE TABLE c (x);',
      [`migrations/${C}.down.sql`]: 'DROP TABLE b;',
      'migrations/20260104000000_d.up.sql': 'CREATE TABLE d (x);',
      'migrations/20260104000000_d.down.sql': 'DROP TABLE nowhere;',
    })
    const { codes } = await check(cwd, '--offline')
    expect(codes).toEqual(['down-incomplete', 'down-fails', 'down-destroys'])
  })

  it('finds a migration without a down, which is no error', async () => {
    const { status, findings } = await offline('CREATE TABLE c (x);', undefined)
    expect(status).toBe(0)
    expect(findings).toMatchObject([
      { code: 'no-down', severity: 'warning', file: `migrations/${C}.up.sql` },
    ])
  })

  it('tells every file that is named wrongly', async () => {
    const cwd = project([], {
      'migrations/20260101000000_other.up.sql': 'CREATE TABLE o (x);',
      'migrations/20260105000000_only.down.sql': 'DROP TABLE o;',
    })
    const { status, findings } = await check(cwd, '--offline')
    expect(status).toBe(1)
    expect(findings).toMatchObject([{ code: 'migration-invalid' }, { code: 'migration-invalid' }])
  })

  it('skips databases that it cannot judge by such migrations', async () => {
    const cwd = project(['alice'], { [`migrations/${C}.down.sql`]: 'DROP TABLE c;' })
    const { status, document } = await check(cwd)
    expect(status).toBe(1)
    expect(document.databases).toMatchObject([{ name: 'alice', status: 'skipped' }])
  })

  it('refuses a directory that is not there', async () => {
    const cwd = project([])
    rmSync(`${cwd}/migrations`, { recursive: true })
    expect(await runCli(['check', '--offline'], { cwd })).toMatchObject({ status: 2 })
  })
})

describe('lint in check', () => {
  const project = projectsOn('better-sqlite3')
  const C = '20260103000000_c'
  const drop = (comment: string) => ({
    [`migrations/${C}.up.sql`]: `${comment}\n\nDROP TABLE a;\n`,
    [`migrations/${C}.down.sql`]: 'CREATE TABLE a (id INTEGER PRIMARY KEY, v TEXT);\n',
  })
  const config = (check: object) => ({
    'dbfleet.config.json': JSON.stringify({ fleet: [{ files: 'databases/*.db' }], check }),
  })

  it('is told with file and line', async () => {
    const { status, findings } = await check(project([], drop('-- goes')), '--offline')
    expect({ status, findings }).toMatchObject({
      status: 0,
      findings: [
        {
          code: 'drops-table',
          severity: 'warning',
          message: 'drops the table a',
          file: `migrations/${C}.up.sql`,
          line: 3,
          databases: [],
        },
      ],
    })
  })

  it('is silenced by a comment, or in the configuration', async () => {
    const silent = [
      project([], drop('-- dbfleet: allow=drops-table')),
      project([], { ...drop(''), ...config({ allow: { [C]: ['drops-table'] } }) }),
      project([], { ...drop(''), ...config({ severity: { 'drops-table': 'off' } }) }),
    ]
    for (const cwd of silent) {
      expect((await check(cwd, '--offline')).findings).toEqual([])
    }
    const grave = project([], { ...drop(''), ...config({ severity: { 'drops-table': 'error' } }) })
    expect(await check(grave, '--offline')).toMatchObject({ status: 1, codes: ['drops-table'] })
  })

  it('finds a view that cannot be read any more', async () => {
    const cwd = project([], {
      [`migrations/${C}.up.sql`]: 'CREATE VIEW v AS SELECT v FROM a;\n',
      [`migrations/${C}.down.sql`]: 'DROP VIEW v;\n',
      'migrations/20260104000000_d.up.sql': '-- dbfleet: allow=drops-table\nDROP TABLE a;\n',
      'migrations/20260104000000_d.down.sql': 'CREATE TABLE a (id INTEGER PRIMARY KEY, v TEXT);\n',
    })
    const { findings } = await check(cwd, '--offline')
    expect(findings).toMatchObject([
      { code: 'view-broken', severity: 'error', file: 'migrations/20260104000000_d.up.sql' },
    ])
  })

  it('leaves out what the configuration ignores', async () => {
    const cwd = project(['alice'], config({ ignore: ['tmp_*'] }))
    await runCli(['up', '--all'], { cwd })
    change(at(cwd, 'alice'), 'CREATE TABLE tmp_x (y); CREATE INDEX i ON tmp_x (y)')
    expect((await check(cwd)).findings).toEqual([])
  })
})

describe('formats of check', () => {
  const project = projectsOn('better-sqlite3')
  const broken = { 'migrations/20260103000000_c.up.sql': 'DROP TABLE nowhere;\n' }

  it('annotates on GitHub Actions without being asked', async () => {
    const cwd = project([], broken)
    const env = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: cwd }
    const { status, stdout } = await runCli(['check', '--offline'], { cwd, env })
    expect(status).toBe(1)
    expect(stdout).toMatch(
      /^::error file=migrations\/20260103000000_c\.up\.sql,line=1,title=dbfleet%3A up-fails::/,
    )
    const text = await runCli(['check', '--offline', '--format', 'text'], { cwd, env })
    expect(text.stdout).toMatch(/^check: 3 migrations\n/)
  })

  it.each(['junit', 'sarif', 'markdown'])('writes %s', async format => {
    const cwd = project([], broken)
    const { status, stdout } = await runCli(['check', '--offline', '--format', format], { cwd })
    expect({ status, stdout }).toEqual({ status: 1, stdout: expect.stringContaining('up-fails') })
  })

  it.each([
    ['--format', 'html'],
    ['--format', 'junit', '--json'],
  ])('refuses %s %s %s', async (...flags) => {
    const cwd = project([])
    expect(await runCli(['check', '--offline', ...flags], { cwd })).toMatchObject({ status: 2 })
  })
})
