import { readdirSync, readFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import type { QueryReport } from '../../src/report/query-rows.js'
import { schemaErrors } from '../docs/report-schema.js'
import { at, ENGINES, projectsOn } from './projects.js'
import { runCli, runJson, startCli } from './run-cli.js'

type Document = QueryReport & { rows: { database: string; row: Record<string, unknown> }[] }

const HOSTILE = `CREATE TABLE t (id INTEGER PRIMARY KEY, v);
INSERT INTO t VALUES (1, 'a,"b"' || char(13, 10) || 'c'), (2, char(27) || '[31mred' || char(155)),
(3, x'00ff'), (4, 9223372036854775807), (5, 9e999), (6, NULL), (7, ''), (8, -0.0)`

/** What would change the file, make another one, or leave a transaction open. */
const CHANGES = [
  'DELETE FROM t',
  'INSERT INTO t (v) VALUES (1) RETURNING id',
  'WITH x AS (SELECT 1) DELETE FROM t RETURNING id',
  'CREATE TABLE extra (x)',
  'CREATE TEMP TABLE extra (x)',
  'PRAGMA user_version = 7',
  'PRAGMA journal_mode = WAL',
  'PRAGMA wal_checkpoint',
  'PRAGMA incremental_vacuum',
  'VACUUM',
  "VACUUM INTO 'copy.db'",
  "ATTACH 'other.db' AS other",
  'BEGIN IMMEDIATE',
  'SAVEPOINT s',
]

describe.each(ENGINES)('query with %s', engine => {
  const project = projectsOn(engine)

  function fleet(names: readonly string[], sql = HOSTILE): string {
    const cwd = project(names)
    for (const name of names) {
      const db = new Database(at(cwd, name))
      db.exec(sql)
      db.close()
    }
    return cwd
  }

  it('gives rows with the name of their database, in the order of the names', async () => {
    const cwd = fleet(['carol', 'alice', 'bob'])
    const { status, stdout } = await runCli(['query', 'SELECT id FROM t WHERE id < 3'], { cwd })
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: `database  id
alice     1
alice     2
bob       1
bob       2
carol     1
carol     2
`,
    })
  })

  it('keeps values apart that other formats mix up', async () => {
    const cwd = fleet(['alice'])
    const run = (...flags: string[]) =>
      runCli(['query', 'SELECT id, v FROM t', ...flags], { cwd }).then(({ stdout }) => stdout)
    expect(await run('--format', 'csv')).toBe(
      'database,id,v\nalice,1,"a,""b""\r\nc"\nalice,2,\x1b[31mred\x9b\n' +
        "alice,3,x'00ff'\nalice,4,9223372036854775807\nalice,5,Infinity\nalice,6,\n" +
        'alice,7,""\nalice,8,-0.0\n',
    )
    const lines = (await run('--format', 'jsonl')).trimEnd().split('\n')
    expect(lines.map(line => JSON.parse(line).row.v)).toEqual([
      'a,"b"\r\nc',
      '\x1b[31mred\x9b',
      { base64: 'AP8=' },
      '9223372036854775807',
      { real: 'Infinity' },
      null,
      '',
      -0,
    ])
    for (const text of [await run(), lines.join('')]) {
      expect(text).not.toMatch(/[^\P{Cc}\n]/u)
    }
  })

  it.each(CHANGES)('does not run %s', async change => {
    const cwd = fleet(['alice'])
    const before = readFileSync(at(cwd, 'alice'))
    const { status, stdout, stderr } = await runCli(['query', change], { cwd })
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain('does not only read')
    expect(readFileSync(at(cwd, 'alice')).equals(before)).toBe(true)
    expect(readdirSync(cwd).filter(file => file.endsWith('.db'))).toEqual([])
  })

  it('leaves a file as it is that a statement would tune', async () => {
    const cwd = fleet(['alice'], `${HOSTILE}; CREATE INDEX t_v ON t (v); ANALYZE`)
    const before = readFileSync(at(cwd, 'alice'))
    await runCli(['query', 'PRAGMA optimize = 0x10002'], { cwd })
    expect(readFileSync(at(cwd, 'alice')).equals(before)).toBe(true)
  })

  it('takes values, of the type that they are written in', async () => {
    const cwd = fleet(['alice'])
    const values = ['-5', '1.5', 'null', "'5'", 'it is', "x'00'", '99999999999999999999']
    const sql = `SELECT ${values.map((_, i) => `typeof(?${i + 1}) AS t${i}`).join()}`
    const given = values.flatMap(value => ['--param', value])
    const plain = sql.replaceAll(/\?\d/g, '?')
    const { document } = await runJson<Document>(['query', plain, ...given], { cwd })
    expect(Object.values(document.rows[0]?.row ?? {})).toEqual([
      'integer',
      'real',
      'null',
      'text',
      'text',
      'blob',
      'real',
    ])
    const few = await runJson<Document>(['query', plain, '--param', '1'], { cwd })
    expect(few.status).toBe(3)
    expect(few.document.databases[0]?.error?.code).toBe('bad-parameters')
  })

  it('gives a large result in pages, whole and in order', async () => {
    const cwd = fleet(['alice', 'bob'])
    const sql =
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) SELECT i FROM n'
    const { document } = await runJson<Document>(['query', sql], { cwd })
    expect(schemaErrors(document)).toEqual([])
    expect(document.rows.map(({ database, row }) => `${database} ${row.i}`)).toEqual(
      ['alice', 'bob'].flatMap(name => Array.from({ length: 2500 }, (_, i) => `${name} ${i + 1}`)),
    )
    expect(document.databases).toMatchObject([{ rows: 2500 }, { rows: 2500 }])
  })
})

describe('query', () => {
  const project = projectsOn('better-sqlite3')

  it('tells of databases that fail, and gives the rows of the others', async () => {
    const cwd = project(['alice', 'bob'], { 'databases/eve.db': 'not a database' })
    const { status, stdout, stderr } = await runCli(
      ['query', 'SELECT 1 AS one', '--format', 'csv'],
      { cwd },
    )
    expect({ status, stdout }).toEqual({ status: 3, stdout: 'database,one\nalice,1\nbob,1\n' })
    expect(stderr).toContain('error: eve: the file is not a SQLite database')
  })

  it('does not mix other columns into a CSV', async () => {
    const cwd = project(['alice', 'bob'])
    new Database(at(cwd, 'alice')).exec('CREATE TABLE t (a)').exec('INSERT INTO t VALUES (1)')
    new Database(at(cwd, 'bob')).exec('CREATE TABLE t (b)').exec('INSERT INTO t VALUES (2)')
    const csv = await runCli(['query', 'SELECT * FROM t', '--format', 'csv'], { cwd })
    expect({ status: csv.status, stdout: csv.stdout }).toEqual({
      status: 3,
      stdout: 'database,a\nalice,1\n',
    })
    expect(csv.stderr).toContain('error: bob: its columns are others')
    const table = await runCli(['query', 'SELECT * FROM t'], { cwd })
    expect(table).toMatchObject({
      status: 0,
      stdout: 'database  a\nalice     1\n\ndatabase  b\nbob       2\n',
    })
  })

  it('keeps columns of one name apart, in their order', async () => {
    const cwd = project(['alice'])
    const sql = 'SELECT 1 AS id, 2 AS "2", 3 AS id, 4 AS "1", 5 AS "__proto__"'
    const { stdout } = await runCli(['query', sql, '--format', 'jsonl'], { cwd })
    expect(stdout).toBe('{"database":"alice","row":{"id":1,"2":2,"id:2":3,"1":4,"__proto__":5}}\n')
  })

  it('refuses a text of several statements, or of none', async () => {
    const cwd = project(['alice'])
    for (const sql of ['SELECT 1; SELECT 2', '', ' -- nothing', 'SELECT 1; DROP TABLE t']) {
      const { status, document } = await runJson<{ error: { code: string } }>(['query', sql], {
        cwd,
      })
      expect([sql, status, document.error.code]).toEqual([sql, 2, 'one-statement'])
    }
    expect((await runCli(['query', "SELECT ';' -- ; \n;"], { cwd })).status).toBe(0)
  })

  it('ends at the first Ctrl-C behind what is in hand, at the second at once', async () => {
    const cwd = project(['alice'])
    const endless =
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0'
    const { child, finished } = startCli(['query', endless], { cwd })
    child.stderr?.once('data', () => child.kill('SIGINT'))
    setTimeout(() => child.kill('SIGINT'), 1_500)
    const { status } = await finished
    expect(['SIGINT', 130]).toContain(status)
  }, 30_000)

  it('stops when nobody reads its rows any more', async () => {
    const cwd = project(['alice', 'bob'])
    const endless =
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, hex(zeroblob(500)) FROM n'
    const { child, finished } = startCli(['query', endless, '--format', 'csv'], { cwd })
    child.stdout?.once('data', () => child.stdout?.destroy())
    expect((await finished).status).toBe(3)
  }, 60_000)
})
