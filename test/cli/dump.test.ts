import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { schemaErrors } from '../docs/report-schema.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { libsqlFile, RANDOM_ROWID_TABLE, VECTOR_TABLE } from './libsql-files.js'
import { runCli, runJson, startCli, writeFiles } from './run-cli.js'

const CONFIG = { 'dbfleet.config.json': JSON.stringify({ fleet: [{ files: 'databases/*.db' }] }) }

interface Document {
  databases: {
    status: string
    bytes: number
    tables: number
    file: string | null
    rows: number
    notCarried: string[]
    error?: { code: string }
  }[]
}

describe('dump and restore', () => {
  const directory = temporaryDirectories()

  function project(sql: Record<string, string>): string {
    const cwd = directory()
    writeFiles(cwd, { ...CONFIG, 'databases/.keep': '' })
    for (const [name, text] of Object.entries(sql)) {
      const db = new Database(join(cwd, 'databases', `${name}.db`))
      db.exec(text)
      db.close()
    }
    return cwd
  }
  const NOTES =
    "CREATE TABLE notes (id INTEGER PRIMARY KEY, text); INSERT INTO notes VALUES (1, 'it''s'); CREATE INDEX i ON notes (text); CREATE TABLE other (a)"
  const DUMP = `-- dbfleet dump 1
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE notes (id INTEGER PRIMARY KEY, text);
INSERT INTO notes(id,text) VALUES
(1,'it''s');
CREATE TABLE other (a);
CREATE INDEX i ON notes (text);
COMMIT;
`

  it('writes SQL to standard output and nothing else', async () => {
    const cwd = project({ alice: NOTES })
    expect(await runCli(['dump'], { cwd })).toEqual({ status: 0, stdout: DUMP, stderr: '' })
  })

  it('writes parts of it', async () => {
    const cwd = project({ alice: NOTES })
    const lines = async (...flags: string[]) => {
      const { stdout } = await runCli(['dump', ...flags], { cwd })
      return stdout.split('\n').filter(line => /^(CREATE|\(|INSERT)/.test(line))
    }
    expect(await lines('--schema-only')).toEqual([
      'CREATE TABLE notes (id INTEGER PRIMARY KEY, text);',
      'CREATE TABLE other (a);',
      'CREATE INDEX i ON notes (text);',
    ])
    expect(await lines('--data-only')).toEqual([
      'INSERT INTO notes(id,text) VALUES',
      "(1,'it''s');",
    ])
    expect(await lines('--table', 'other')).toEqual(['CREATE TABLE other (a);'])
    expect(await runCli(['dump', '--table', 'note'], { cwd })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('Did you mean "notes"?'),
    })
    expect((await runCli(['dump', '--schema-only', '--data-only'], { cwd })).status).toBe(2)
  })

  it('wants exactly one database', async () => {
    const cwd = project({ alice: NOTES, bob: NOTES })
    const { status, stdout, stderr } = await runCli(['dump'], { cwd })
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain('a dump is of one database; 2 are selected')
    expect(await runCli(['dump', '--db', 'bob'], { cwd })).toMatchObject({
      status: 0,
      stdout: DUMP,
    })
  })

  it('writes a new file that only its owner reads, and a document about it', async () => {
    const cwd = project({ alice: NOTES })
    const { status, document } = await runJson<Document>(['dump', '--out', 'a.sql'], { cwd })
    expect(status).toBe(0)
    expect(schemaErrors(document)).toEqual([])
    expect(document.databases).toMatchObject([
      { status: 'ok', bytes: DUMP.length, tables: 2, file: join(cwd, 'a.sql'), notCarried: [] },
    ])
    expect(readFileSync(join(cwd, 'a.sql'), 'utf8')).toBe(DUMP)
    expect(statSync(join(cwd, 'a.sql')).mode & 0o777).toBe(0o600)
    const again = await runJson<Document>(['dump', '--out', 'a.sql'], { cwd })
    expect(again.status).toBe(3)
    expect(again.document.databases[0]?.error?.code).toBe('exists')
    expect(schemaErrors(again.document)).toEqual([])
    expect((await runJson(['dump'], { cwd })).status).toBe(2)
  })

  it('says in three places what SQL cannot carry', async () => {
    const cwd = project({
      alice: 'CREATE TABLE t (rowid, oid, _rowid_); INSERT INTO t VALUES (1, 2, 3)',
    })
    const { status, stdout, stderr } = await runCli(['dump'], { cwd })
    expect(status).toBe(3)
    expect(stdout).toMatch(/^-- dbfleet dump 1\n-- NOT CARRIED: table t: its columns hide rowid/)
    expect(stdout).toMatch(/COMMIT;\n$/)
    expect(stderr).toContain('SQL text cannot carry all of it: table t')
    const { document } = await runJson<Document>(['dump', '--out', 'a.sql'], { cwd })
    expect(document.databases[0]).toMatchObject({
      status: 'failed',
      error: { code: 'not-carried' },
    })
    expect(document.databases[0]?.notCarried).toHaveLength(1)
  })

  it('does not pass what it could read of a damaged database for a dump', async () => {
    const cwd = project({
      alice:
        'CREATE TABLE t (a); WITH c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 3000) INSERT INTO t SELECT hex(randomblob(100)) FROM c',
    })
    const path = join(cwd, 'databases/alice.db')
    const bytes = readFileSync(path)
    bytes.fill(0xa5, 4096 * 60, 4096 * 61)
    writeFileSync(path, bytes)
    const { status, stdout, stderr } = await runCli(['dump'], { cwd })
    expect(status).toBe(3)
    expect(stdout).not.toContain('COMMIT')
    expect(stdout).toMatch(/-- INCOMPLETE: the database is damaged/)
    expect(stderr).toContain('the database is damaged')
    expect((await runCli(['dump', '--out', 'a.sql'], { cwd })).status).toBe(3)
    expect(readdirSync(cwd).filter(name => name.includes('a.sql'))).toEqual([])
  })

  it('dumps what only libSQL opens, and restores it', async () => {
    const cwd = project({})
    libsqlFile(cwd, 'databases/vectors.db', VECTOR_TABLE)
    libsqlFile(cwd, 'databases/random.db', RANDOM_ROWID_TABLE)
    for (const name of ['vectors', 'random']) {
      const { status, stdout } = await runCli(['dump', '--db', name], { cwd })
      expect(status).toBe(0)
      expect(stdout).not.toContain('_shadow')
      writeFiles(cwd, { 'dump.sql': stdout })
      const restored = await runCli(['restore', 'dump.sql', '--as', `${name}2`], { cwd })
      expect(restored).toMatchObject({ status: 0, stderr: '' })
      const again = await runCli(['dump', '--db', `${name}2`], { cwd })
      expect(again.stdout).toBe(stdout)
    }
  })

  it('ends when its reader has gone, and says that the dump was not taken', async () => {
    const cwd = project({ alice: LARGE })
    const { child, finished } = startCli(['dump'], { cwd })
    child.stdout?.once('data', () => child.stdout?.destroy())
    const { status, stderr } = await finished
    expect(status).toBe(3)
    expect(stderr).toContain('the reader of the dump went away before its end')
  })

  it('hears Ctrl-C while a reader takes nothing', async () => {
    const cwd = project({ alice: LARGE })
    const { child, finished } = startCli(['dump'], { cwd })
    await new Promise(resolve => child.stdout?.once('readable', resolve))
    child.stdout?.pause()
    const exited = new Promise(resolve =>
      child.once('exit', (code, signal) => resolve(signal ?? code)),
    )
    child.kill('SIGINT')
    expect([130, 'SIGINT']).toContain(await exited)
    child.stdout?.resume()
    expect((await finished).stdout).not.toMatch(/COMMIT;\n$/)
  })

  it('restores a dump under a name of the fleet', async () => {
    const cwd = project({ alice: NOTES })
    writeFiles(cwd, { 'dump.sql': DUMP })
    const { status, document } = await runJson<Document>(['restore', 'dump.sql', '--as', 'copy'], {
      cwd,
    })
    expect(status).toBe(0)
    expect(schemaErrors(document)).toEqual([])
    expect(document.databases).toMatchObject([{ status: 'ok', rows: 1 }])
    expect((await runCli(['dump', '--db', 'copy'], { cwd })).stdout).toBe(DUMP)
  })

  it('restores to any path, without a configuration', async () => {
    const cwd = directory()
    writeFiles(cwd, { 'dump.sql': DUMP })
    const { status, stdout } = await runCli(['restore', 'dump.sql', '--to', 'new/x.db'], { cwd })
    expect(status).toBe(0)
    expect(stdout).toBe(`x: restored 1 row (file:${join(cwd, 'new/x.db')})\n`)
    expect((await runCli(['dump', '--url', 'new/x.db'], { cwd })).stdout).toBe(DUMP)
  })

  it('never restores over a database, nor beside what another left', async () => {
    const cwd = project({ alice: NOTES })
    writeFiles(cwd, { 'dump.sql': DUMP, 'databases/gone.db-wal': 'old' })
    const before = readFileSync(join(cwd, 'databases/alice.db'))
    const over = await runJson<Document>(['restore', 'dump.sql', '--as', 'alice'], { cwd })
    expect(over.status).toBe(3)
    expect(over.document.databases[0]?.error?.code).toBe('exists')
    expect(readFileSync(join(cwd, 'databases/alice.db')).equals(before)).toBe(true)
    const beside = await runJson<Document>(['restore', 'dump.sql', '--as', 'gone'], { cwd })
    expect(beside.document.databases[0]?.error?.code).toBe('leftover-journal')
    expect(existsSync(join(cwd, 'databases/gone.db'))).toBe(false)
  })

  it('leaves nothing of a dump that it refuses', async () => {
    const cwd = project({})
    writeFiles(cwd, { 'dump.sql': `${DUMP.replace('COMMIT;', '')}ATTACH 'x' AS y;` })
    const { status, stdout } = await runCli(['restore', 'dump.sql', '--as', 'x'], { cwd })
    expect(status).toBe(3)
    expect(stdout).toContain('line 10: ATTACH is no statement of a dump')
    expect(readdirSync(join(cwd, 'databases'))).toEqual(['.keep'])
  })

  it('says what it wants', async () => {
    const cwd = project({ alice: NOTES, bob: NOTES })
    writeFiles(cwd, { 'dump.sql': DUMP })
    const error = async (...args: string[]) => {
      const { status, stderr } = await runCli(['restore', ...args], { cwd })
      expect(status).toBe(2)
      return stderr
    }
    expect(await error('dump.sql')).toContain('Say --as <name>')
    expect(await error('dump.sql', '--as', 'x', '--to', 'y')).toContain('exclude each other')
    expect(await error('nowhere.sql', '--as', 'x')).toContain('nowhere.sql is no dump')
    expect(await error('databases', '--as', 'x')).toContain('no backup set')
  })
})

/** Some 30 MB, more than any pipe holds. */
const LARGE =
  'CREATE TABLE t (a); WITH c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 15000) INSERT INTO t SELECT hex(zeroblob(1000)) FROM c'
