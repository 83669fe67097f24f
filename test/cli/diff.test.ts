import { describe, expect, it } from 'vitest'
import type { DiffReport } from '../../src/report/diff-report.js'
import { schemaErrors } from '../docs/report-schema.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { at, ENGINES, projectsOn } from './projects.js'
import { runCli, runJson, writeFiles } from './run-cli.js'
import { onSqlite } from './sqlite-files.js'

async function diff(cwd: string, ...args: string[]) {
  const result = await runJson<DiffReport>(['diff', ...args], { cwd })
  expect(schemaErrors(result.document)).toEqual([])
  return result
}

describe.each(ENGINES)('diff with %s', engine => {
  const project = projectsOn(engine)

  it('compares databases, files, SQL and directories of migrations', async () => {
    const cwd = project(['alice', 'bob'])
    await runCli(['up', '--all'], { cwd })
    writeFiles(cwd, {
      'schema.sql': `PRAGMA foreign_keys = off; BEGIN;
        CREATE TABLE A (ID integer primary key, "v" text);
        INSERT INTO a VALUES (1, 'x');
        CREATE TABLE b (id INTEGER PRIMARY KEY); CREATE INDEX b_id ON b (id);
        COMMIT;`,
    })
    for (const other of ['bob', 'databases/bob.db', 'schema.sql', 'migrations']) {
      const { status, document } = await diff(cwd, 'alice', other)
      expect({ status, document }).toMatchObject({ status: 0, document: { equal: true, sql: [] } })
    }
    const { stdout } = await runCli(['diff', 'alice', 'bob'], { cwd })
    expect(stdout).toBe('alice and bob have the same schema.\n')
  })

  it('says what makes the first into the second, and how', async () => {
    const cwd = project(['alice', 'bob'])
    await runCli(['up', '--all'], { cwd })
    onSqlite(at(cwd, 'bob'), db =>
      db.exec('ALTER TABLE a ADD COLUMN w INTEGER DEFAULT 3; DROP INDEX b_id; CREATE TABLE c (x)'),
    )
    const { status, document } = await diff(cwd, 'alice', 'bob')
    expect({ status, differences: document.differences }).toEqual({
      status: 1,
      differences: [
        { kind: 'add-column', subject: 'column a.w', essential: true },
        { kind: 'add-table', subject: 'table c', essential: true },
        { kind: 'drop-index', subject: 'index b_id', essential: true },
      ],
    })
    const { stdout } = await runCli(['diff', 'alice', 'bob'], { cwd })
    expect(stdout).toBe(
      [
        '+ column a.w',
        '+ table c',
        '- index b_id',
        '3 differences between alice and bob; + is in the second only, - in the first only',
        '',
      ].join('\n'),
    )
    const sql = await runCli(['diff', 'alice', 'bob', '--sql'], { cwd })
    onSqlite(at(cwd, 'alice'), db => db.exec(sql.stdout))
    expect((await diff(cwd, 'alice', 'bob')).document.equal).toBe(true)
  })
})

describe('diff', () => {
  const elsewhere = temporaryDirectories()
  const project = projectsOn('better-sqlite3')

  it('needs no configuration for files', async () => {
    const cwd = elsewhere()
    writeFiles(cwd, { 'a.sql': 'CREATE TABLE t (x);', 'b.sql': 'CREATE TABLE T (X);' })
    expect(await runCli(['diff', 'a.sql', 'b.sql'], { cwd })).toMatchObject({ status: 0 })
    const named = await diff(cwd, 'a.sql', 'b.sql', '--config', 'none.json')
    expect(named).toMatchObject({ status: 2, document: { error: { code: 'config-not-found' } } })
  })

  it.each([
    ['a name that means nothing', ['alice', 'alise'], 'unknown-schema'],
    ['a file that is no database', ['alice', 'dbfleet.config.json'], 'not-a-database'],
    ['SQL that fails', ['alice', 'bad.sql'], 'schema-file'],
    ['one argument', ['alice'], 'usage'],
  ])('refuses %s', async (_what, args, code) => {
    const cwd = project(['alice'], { 'bad.sql': 'SELECT 1;\nCREATE INDEX i ON nowhere (x);' })
    const { status, document } = await diff(cwd, ...args)
    expect({ status, document }).toMatchObject({ status: 2, document: { error: { code } } })
  })
})
