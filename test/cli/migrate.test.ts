import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { temporaryDirectories } from '../temporary-directory.js'
import { runCli, runJson, TWO_MIGRATIONS, writeFiles } from './run-cli.js'

interface Row {
  name: string
  status: string
  position: string | null
  applied?: string[]
  reverted?: string[]
  pending?: string[]
  error?: { code: string; message: string; hint?: string }
}
interface Document {
  schema: number
  databases: Row[]
  summary: Record<string, number>
  error?: { code: string; message: string }
  groups?: { position: string | null; databases: string[]; sql?: { sql: string }[] }[]
}

const A = '20260101000000_create_a'
const B = '20260102000000_create_b'

describe('migrating a fleet', () => {
  const directory = temporaryDirectories()

  function project(databases: readonly string[], extra: Record<string, string> = {}): string {
    const cwd = directory()
    writeFiles(cwd, { ...TWO_MIGRATIONS, ...extra })
    writeFiles(cwd, Object.fromEntries(databases.map(name => [`databases/${name}.db`, ''])))
    return cwd
  }
  const read = (cwd: string, name: string, sql: string) => {
    const db = new Database(join(cwd, 'databases', `${name}.db`), { readonly: true })
    try {
      return db.prepare(sql).all()
    } finally {
      db.close()
    }
  }
  const exec = (cwd: string, name: string, sql: string) => {
    const db = new Database(join(cwd, 'databases', `${name}.db`))
    db.exec(sql)
    db.close()
  }
  const json = (cwd: string, ...args: string[]) => runJson<Document>(args, { cwd })

  it('applies, reports, reverts and redoes', async () => {
    const cwd = project(['alice', 'bob'])
    const up = await json(cwd, 'up', '--all')
    expect(up).toMatchObject({ status: 0, stderr: '' })
    expect(up.document).toMatchObject({
      schema: 1,
      command: 'up',
      databases: [
        { name: 'alice', status: 'ok', applied: [A, B], position: B },
        { name: 'bob', status: 'ok', applied: [A, B], position: B },
      ],
      summary: { total: 2, ok: 2, failed: 0, skipped: 0, notRun: 0 },
    })
    expect(read(cwd, 'bob', 'SELECT name FROM dbfleet_migrations ORDER BY name')).toEqual([
      { name: A },
      { name: B },
    ])

    const again = await json(cwd, 'up', '--all')
    expect(again.document.databases).toMatchObject([{ applied: [] }, { applied: [] }])

    const down = await json(cwd, 'down', '--all')
    expect(down.document.databases).toMatchObject([
      { name: 'alice', reverted: [B], position: A },
      { name: 'bob', reverted: [B], position: A },
    ])
    expect(read(cwd, 'bob', "SELECT name FROM sqlite_schema WHERE name = 'b'")).toEqual([])

    const status = await json(cwd, 'status')
    expect(status.document.databases).toMatchObject([
      { name: 'alice', position: A, applied: 1, pending: [B] },
      { name: 'bob', position: A, applied: 1, pending: [B] },
    ])
    expect((await json(cwd, 'status', '--exit-code')).status).toBe(1)

    exec(cwd, 'alice', 'INSERT INTO a VALUES (1, NULL)')
    const redo = await json(cwd, 'redo', '--db', 'alice')
    expect(redo.document.databases).toMatchObject([{ name: 'alice', reverted: [A], applied: [A] }])
    expect(read(cwd, 'alice', 'SELECT count(*) AS n FROM a')).toEqual([{ n: 0 }])
    expect((await json(cwd, 'status')).document.databases).toMatchObject([
      { position: A, pending: [B] },
      { position: A, pending: [B] },
    ])
  })

  it('writes a ledger with checksum, time, duration and version', async () => {
    const cwd = project(['alice'])
    await runCli(['up', '--all'], { cwd })
    const [row] = read(cwd, 'alice', 'SELECT * FROM dbfleet_migrations') as Record<string, string>[]
    expect(row).toEqual({
      name: A,
      checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
      applied_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      duration_ms: expect.any(Number),
      dbfleet_version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    })
  })

  it('goes to a migration and by steps, each database from where it is', async () => {
    const cwd = project(['alice', 'bob'])
    expect(
      (await json(cwd, 'up', '--db', 'alice', '--step', '1')).document.databases,
    ).toMatchObject([{ name: 'alice', applied: [A] }])
    const rest = await json(cwd, 'up', '--all', '--to', 'create_b')
    expect(rest.document.databases).toMatchObject([{ applied: [B] }, { applied: [A, B] }])
    const back = await json(cwd, 'down', '--all', '--to', A)
    expect(back.document.databases).toMatchObject([{ reverted: [B] }, { reverted: [B] }])
    const all = await json(cwd, 'down', '--all', '--to', '0')
    expect(all.document.databases).toMatchObject([
      { reverted: [A], position: null },
      { reverted: [A], position: null },
    ])
  })

  it('keeps a database whole when a later migration fails, and goes on with the others', async () => {
    const cwd = project(['alice', 'bob', 'carol'])
    exec(cwd, 'bob', 'CREATE TABLE b (mine)')
    const { status, document } = await json(cwd, 'up', '--all')
    expect(status).toBe(3)
    expect(document.summary).toEqual({ total: 3, ok: 2, failed: 1, skipped: 0, notRun: 0 })
    expect(document.databases[1]).toMatchObject({
      name: 'bob',
      status: 'failed',
      applied: [],
      position: null,
      error: {
        code: 'sql',
        message: expect.stringMatching(/table b already exists.*create_b\.up\.sql:1/),
      },
    })
    expect(read(cwd, 'bob', 'SELECT name FROM sqlite_schema')).toEqual([{ name: 'b' }])
    exec(cwd, 'bob', 'DROP TABLE b')
    const again = await json(cwd, 'up', '--all')
    expect(again.document.databases.map(({ applied }) => applied)).toEqual([[], [A, B], []])
  })

  it('commits one by one with --transaction each', async () => {
    const cwd = project(['bob'])
    exec(cwd, 'bob', 'CREATE TABLE b (mine)')
    const { status, document } = await json(cwd, 'up', '--all', '--transaction', 'each')
    expect(status).toBe(3)
    expect(document.databases).toMatchObject([{ status: 'failed', applied: [A], position: A }])
  })

  it('runs a migration outside a transaction when its header says so, alone in its step', async () => {
    const cwd = project(['alice'], {
      'migrations/20260103000000_vacuum.up.sql': '-- dbfleet: transaction=false\nVACUUM;\n',
      'migrations/20260104000000_c.up.sql': 'CREATE TABLE c (x);',
    })
    const plan = await json(cwd, 'up', '--all', '--dry-run')
    expect(plan.document.groups).toMatchObject([
      {
        steps: [
          { migrations: [A, B], transaction: true },
          { migrations: ['20260103000000_vacuum'], transaction: false },
          { migrations: ['20260104000000_c'], transaction: true },
        ],
      },
    ])
    expect((await json(cwd, 'up', '--all')).status).toBe(0)
  })

  it('refuses an edited migration before it touches anything, and names the databases', async () => {
    const cwd = project(['alice', 'bob'])
    await runCli(['up', '--db', 'alice', '--step', '1'], { cwd })
    writeFileSync(join(cwd, 'migrations', `${A}.up.sql`), 'CREATE TABLE a (other);\n')
    const { status, document } = await json(cwd, 'up', '--all')
    expect(status).toBe(2)
    expect(document.error).toMatchObject({
      code: 'migration-edited',
      message: expect.stringContaining('alice'),
    })
    expect(document.databases).toMatchObject([
      { name: 'alice', status: 'failed', error: { code: 'migration-edited' } },
      { name: 'bob', status: 'not-run' },
    ])
    expect(statSync(join(cwd, 'databases/bob.db')).size).toBe(0)
    const shown = await runCli(['up', '--all'], { cwd })
    expect(shown.stderr).toMatch(/create_a was edited after it was applied.*alice/)
  })

  it('does not count line endings and a byte order mark as an edit', async () => {
    const cwd = project(['alice'])
    await runCli(['up', '--all'], { cwd })
    const file = join(cwd, 'migrations', `${B}.up.sql`)
    writeFileSync(file, `\uFEFF${readFileSync(file, 'utf8').replaceAll('\n', '\r\n')}`)
    expect((await json(cwd, 'up', '--all')).status).toBe(0)
  })

  it('refuses a missing file and an out-of-order migration, which a flag permits', async () => {
    const cwd = project(['alice'])
    await runCli(['up', '--all'], { cwd })
    writeFiles(cwd, {
      'migrations/20260101120000_between.up.sql': 'CREATE TABLE between_them (x);',
    })
    const refused = await json(cwd, 'up', '--all')
    expect(refused.status).toBe(2)
    expect(refused.document.error).toMatchObject({ code: 'out-of-order' })
    const allowed = await json(cwd, 'up', '--all', '--allow-out-of-order')
    expect(allowed.document.databases).toMatchObject([
      { applied: ['20260101120000_between'], position: B },
    ])
    exec(
      cwd,
      'alice',
      "INSERT INTO dbfleet_migrations VALUES ('20260101180000_gone', '', '', 0, '')",
    )
    const missing = await json(cwd, 'up', '--all')
    expect(missing.status).toBe(2)
    expect(missing.document.error).toMatchObject({ code: 'migration-deleted' })
  })

  it('shows a plan for each position, with SQL on request, and changes nothing', async () => {
    const cwd = project(['alice', 'bob', 'carol'])
    await runCli(['up', '--db', 'alice'], { cwd })
    const path = join(cwd, 'databases/alice.db')
    utimesSync(path, 1, 1)
    const before = readFileSync(path)
    const listing = readdirSync(join(cwd, 'databases'))
    const { status, document } = await json(cwd, 'down', '--all', '--dry-run', '--verbose')
    expect(status).toBe(0)
    expect(document.groups).toMatchObject([
      { position: B, databases: ['alice'], sql: [{ migration: B, sql: 'DROP TABLE b;\n' }] },
      { position: null, databases: ['bob', 'carol'], steps: [] },
    ])
    expect(readFileSync(path).equals(before)).toBe(true)
    expect(statSync(path).mtimeMs).toBe(1000)
    expect(statSync(join(cwd, 'databases/bob.db')).size).toBe(0)
    expect(readdirSync(join(cwd, 'databases'))).toEqual(listing)
  })

  it('refuses a missing or empty down before anything is reverted', async () => {
    const cwd = project(['alice'], {
      'migrations/20260103000000_no_down.up.sql': 'CREATE TABLE c (x);',
      'migrations/20260104000000_empty_down.up.sql': 'CREATE TABLE d (x);',
      'migrations/20260104000000_empty_down.down.sql': '-- nothing yet\n',
    })
    await runCli(['up', '--all'], { cwd })
    const empty = await runCli(['down', '--all'], { cwd })
    expect(empty.status).toBe(2)
    expect(empty.stderr).toMatch(/empty_down cannot be reverted.*holds no statement/s)
    writeFiles(cwd, { 'migrations/20260104000000_empty_down.down.sql': 'DROP TABLE d;' })
    const missing = await runCli(['down', '--all', '--step', '2'], { cwd })
    expect(missing.status).toBe(2)
    expect(missing.stderr).toMatch(/no_down\.down\.sql does not exist/)
    expect(read(cwd, 'alice', 'SELECT count(*) AS n FROM dbfleet_migrations')).toEqual([{ n: 4 }])
  })

  it('runs triggers, CTEs and semicolons in strings; rebuilds a table with children', async () => {
    const cwd = project(['alice'], {
      'migrations/20260103000000_hard.up.sql': `
-- a comment; with a semicolon
CREATE TABLE log (t TEXT DEFAULT 'a;b');
CREATE TRIGGER a_log AFTER INSERT ON a BEGIN
  INSERT INTO log SELECT CASE WHEN new.v IS NULL THEN 'none;' ELSE new.v END;
  UPDATE log SET t = t || ';' WHERE t = 'x';
END;
WITH c(n) AS (VALUES (1), (2)) INSERT INTO a SELECT n, 'v' || n FROM c;
`,
      'migrations/20260104000000_rebuild.up.sql': `
CREATE TABLE child (a_id INTEGER REFERENCES a (id) ON DELETE CASCADE);
INSERT INTO child VALUES (1);
CREATE TABLE a_new (id INTEGER PRIMARY KEY, v TEXT NOT NULL);
INSERT INTO a_new SELECT * FROM a;
DROP TABLE a;
ALTER TABLE a_new RENAME TO a;
`,
    })
    expect(await json(cwd, 'up', '--all')).toMatchObject({ status: 0 })
    expect(read(cwd, 'alice', 'SELECT t FROM log')).toEqual([{ t: 'v1' }, { t: 'v2' }])
    expect(read(cwd, 'alice', 'SELECT * FROM child')).toEqual([{ a_id: 1 }])
  })

  it('refuses a commit that would leave rows without parents', async () => {
    const cwd = project(['alice'], {
      'migrations/20260103000000_orphan.up.sql':
        'CREATE TABLE child (a_id INTEGER REFERENCES a (id));\nINSERT INTO child VALUES (99);',
    })
    const { status, document } = await json(cwd, 'up', '--all')
    expect(status).toBe(3)
    expect(document.databases).toMatchObject([
      {
        applied: [],
        error: { code: 'foreign-key', message: expect.stringContaining('child → a') },
      },
    ])
    expect(read(cwd, 'alice', 'SELECT * FROM sqlite_schema')).toEqual([])
  })

  it('needs a selector when there are several databases', async () => {
    const cwd = project(['alice', 'bob'])
    const { status, stderr } = await runCli(['up'], { cwd })
    expect(status).toBe(2)
    expect(stderr).toMatch(/2 databases.*--all/s)
    expect(statSync(join(cwd, 'databases/alice.db')).size).toBe(0)
    const one = project(['alice'])
    expect((await runCli(['up'], { cwd: one })).status).toBe(0)
  })

  it('stops when more than the permitted number fail', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `db${String(i).padStart(2, '0')}`)
    const cwd = project(names)
    for (const name of names) exec(cwd, name, 'CREATE TABLE b (mine)')
    const { status, document } = await json(
      cwd,
      'up',
      '--all',
      '--max-failures',
      '3',
      '--jobs',
      '2',
    )
    expect(status).toBe(3)
    expect(document.summary.failed).toBeGreaterThanOrEqual(4)
    expect(document.summary.failed).toBeLessThanOrEqual(5)
    expect(document.summary.notRun).toBe(40 - (document.summary.failed ?? 0))
  })

  it('groups failures by cause', async () => {
    const names = Array.from({ length: 30 }, (_, i) => `db${String(i).padStart(2, '0')}`)
    const cwd = project([...names, 'fine'])
    for (const name of names) exec(cwd, name, 'CREATE TABLE b (mine)')
    const { stdout } = await runCli(['up', '--all'], { cwd })
    expect(stdout).toMatch(/30\s+failed: table b already exists/)
    expect(stdout.split('\n').length).toBeLessThan(10)
  })
})
