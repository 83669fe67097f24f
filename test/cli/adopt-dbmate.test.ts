import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { adopt, dbmate, execute, foreignProjects, ledgerOf } from './foreign-projects.js'
import { at, json } from './projects.js'
import { runCli, writeFiles } from './run-cli.js'
import { onSqlite, snapshot } from './sqlite-files.js'

const USERS = '20240101000000_create_users'
const NOTES = '20240102000000_add_notes'

const FILES = {
  [`db/migrations/${USERS}.sql`]:
    '-- migrate:up\nCREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);\n\n-- migrate:down\nDROP TABLE users;\n',
  [`db/migrations/${NOTES}.sql`]:
    '-- migrate:up\nCREATE TABLE notes (id INTEGER PRIMARY KEY);\nCREATE INDEX notes_id ON notes (id);\n\n-- migrate:down\nDROP TABLE notes;\n',
}

const project = foreignProjects()

/** A fleet that the real dbmate migrated, and its migrations imported. */
async function migrated(names: readonly string[], files: Record<string, string> = FILES) {
  const cwd = project(files)
  for (const name of names) dbmate(cwd, name, 'up')
  expect((await adopt(cwd, '--import', 'db/migrations')).status).toBe(0)
  return cwd
}

function outcomeOf(work: () => unknown): 'failed' | 'done' {
  try {
    work()
    return 'done'
  } catch {
    return 'failed'
  }
}

describe('adopt of what dbmate migrated', () => {
  it('writes the ledger that up would have written, and leaves the old one', async () => {
    const cwd = await migrated(['alice', 'bob'])
    dbmate(cwd, 'bob', 'down')
    const { status, document } = await adopt(cwd, '--all')
    expect(status).toBe(0)
    expect(document.databases).toMatchObject([
      { name: 'alice', status: 'ok', tool: 'dbmate', position: NOTES, applied: [USERS, NOTES] },
      { name: 'bob', status: 'ok', tool: 'dbmate', position: USERS, applied: [USERS] },
    ])
    expect((await json(cwd, ['create', 'fresh'])).status).toBe(0)
    expect(ledgerOf(cwd, 'alice')).toEqual(ledgerOf(cwd, 'fresh'))
    onSqlite(at(cwd, 'alice'), db => {
      expect(db.prepare('SELECT count(*) FROM schema_migrations').pluck().get()).toBe(2)
    })
    // The other verbs go on from there.
    expect((await json(cwd, ['up', '--all'])).document.databases).toMatchObject([
      { applied: [] },
      { applied: [NOTES] },
      { applied: [] },
    ])
    expect((await json(cwd, ['down', '--db', 'alice', '--to', '0'])).status).toBe(0)
    expect((await json(cwd, ['up', '--all'])).status).toBe(0)
    expect((await json(cwd, ['check'])).status).toBe(0)
  })

  it('has nothing to do the second time', async () => {
    const cwd = await migrated(['alice'])
    await adopt(cwd, '--all')
    const before = snapshot(join(cwd, 'databases'))
    const { status, document } = await adopt(cwd, '--all')
    expect([status, document.databases]).toMatchObject([0, [{ status: 'ok', applied: [] }]])
    expect(snapshot(join(cwd, 'databases'))).toEqual(before)
  })

  it('changes not one byte with --dry-run, and says the same', async () => {
    const cwd = project(FILES)
    dbmate(cwd, 'alice', 'up')
    const before = snapshot(join(cwd, 'databases'))
    const planned = await adopt(cwd, '--all', '--import', 'db/migrations', '--dry-run')
    expect(planned.status).toBe(0)
    expect(snapshot(join(cwd, 'databases'))).toEqual(before)
    expect(existsSync(join(cwd, 'migrations'))).toBe(false)
    const done = await adopt(cwd, '--all', '--import', 'db/migrations')
    expect(done.document).toMatchObject({
      dryRun: false,
      databases: planned.document.databases,
      imported: planned.document.imported,
    })
  })

  it('wants to be told which, where there are several', async () => {
    const cwd = await migrated(['alice', 'bob'])
    const { status, document } = await adopt(cwd)
    expect([status, document.error?.code]).toEqual([2, 'selector-needed'])
  })

  it('finds a file without transaction that was applied in part and recorded', async () => {
    const half = {
      ...FILES,
      [`db/migrations/${NOTES}.sql`]:
        '-- migrate:up transaction:false\nCREATE TABLE notes (id INTEGER PRIMARY KEY);\n-- migrate:down\nDROP TABLE notes;\n-- migrate:up transaction:false\nINSERT INTO absent VALUES (1);\n-- migrate:down\nSELECT 1;\n',
    }
    const cwd = project(half)
    // The first section is recorded; the second one then fails, or is passed over by older versions.
    expect(
      [() => dbmate(cwd, 'alice', 'up'), () => dbmate(cwd, 'alice', 'up')].map(outcomeOf),
    ).toEqual([expect.stringMatching(/^(failed|done)$/), 'done'])
    writeFiles(cwd, {
      [`db/migrations/${NOTES}.sql`]: half[`db/migrations/${NOTES}.sql`].replace(
        'INSERT INTO absent VALUES (1)',
        'CREATE INDEX notes_id ON notes (id)',
      ),
    })
    const { status, document } = await adopt(cwd, '--all', '--import', 'db/migrations')
    expect([status, document.databases[0]?.error]).toMatchObject([
      3,
      {
        code: 'schema-differs',
        message: `dbmate recorded ${NOTES}, which was applied in part only: it lacks index notes_id`,
      },
    ])
    expect(ledgerOf(cwd, 'alice')).toEqual([])
  })

  it('finds what was recorded and not applied, and says where the schema stands', async () => {
    const cwd = await migrated(['alice'])
    execute(cwd, 'alice', 'DROP TABLE notes')
    const { document } = await adopt(cwd, '--all')
    expect(document.databases[0]?.error?.message).toBe(
      `dbmate recorded ${NOTES}, but its schema is that of ${USERS}: a migration was recorded and not applied`,
    )
  })

  it('adopts those that fit, whatever the others are, and groups what it says', async () => {
    const cwd = await migrated(['a1', 'a2', 'a3', 'bob', 'carol'])
    dbmate(cwd, 'bob', 'down')
    execute(cwd, 'carol', 'ALTER TABLE users ADD COLUMN mail')
    execute(cwd, 'dave', 'CREATE TABLE other (x)')
    execute(cwd, 'erin', 'PRAGMA user_version = 0')
    const { status, stdout } = await runCli(['adopt', '--all'], { cwd })
    expect(status).toBe(3)
    expect(stdout.replace(/in [\d.]+ m?s/, 'in 0.1 s')).toBe(`adopt: 7 databases
  3 recorded 2 migrations from dbmate, at ${NOTES} (a1, a2, a3)
  1 recorded 1 migration from dbmate, at ${USERS} (bob)
  1 unchanged: it is empty, so there is nothing to adopt (erin)
  1 failed: dbmate recorded ${NOTES}, but its schema is another one: it has an extra column users.mail (carol)
    → Make the database and the migrations agree, then run the same command again.
  1 failed: it has no ledger of another tool (dave)
    → Say where it stands with --baseline <migration>, or let --infer find out by its schema.
5 ok, 2 failed in 0.1 s
→ This was run 1: \`dbfleet runs show 1\` shows it.
`)
  })
})

describe('adopt --import of dbmate', () => {
  it('writes both halves of each file, and says what became what', async () => {
    const cwd = project({
      ...FILES,
      'db/migrations/20240103000000_vacuum.sql':
        '-- Smaller.\n-- migrate:up transaction:false\nVACUUM;\n-- migrate:down\n',
    })
    const { status, document } = await adopt(cwd, '--import', 'db/migrations')
    expect(status).toBe(0)
    expect(document.imported?.migrations).toMatchObject([
      { from: `${USERS}.sql`, name: USERS, kept: false, reversible: true },
      { from: `${NOTES}.sql`, name: NOTES, kept: false, reversible: true },
      { from: '20240103000000_vacuum.sql', reversible: false },
    ])
    const read = (name: string) => readFileSync(join(cwd, 'migrations', name), 'utf8')
    expect(read(`${USERS}.up.sql`)).toBe(
      'CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);\n',
    )
    expect(read(`${USERS}.down.sql`)).toBe('DROP TABLE users;\n')
    expect(read('20240103000000_vacuum.up.sql')).toBe(
      '-- dbfleet: transaction=false\n-- Smaller.\n\nVACUUM;\n',
    )
    expect(readdirSync(join(cwd, 'migrations'))).toHaveLength(5)
  })

  it('keeps what it wrote before, and never writes over another text', async () => {
    const cwd = project(FILES)
    await adopt(cwd, '--import', 'db/migrations')
    const again = await adopt(cwd, '--import', 'db/migrations')
    expect(again.document.imported?.migrations.map(({ kept }) => kept)).toEqual([true, true])
    writeFiles(cwd, { [`migrations/${NOTES}.up.sql`]: 'SELECT 1;\n' })
    const before = snapshot(join(cwd, 'migrations'))
    const refused = await adopt(cwd, '--import', 'db/migrations')
    expect([refused.status, refused.document.error?.code]).toEqual([2, 'import-taken'])
    expect(snapshot(join(cwd, 'migrations'))).toEqual(before)
  })

  it('writes nothing when one of them cannot be a migration', async () => {
    for (const [text, said] of [
      ['CREATE TABLE x (y);\n', 'no line `-- migrate:up`'],
      ['-- migrate:up\nBEGIN;\nCREATE TABLE x (y);\nCOMMIT;\n-- migrate:down\n', 'BEGIN'],
      ['-- migrate:up\nCREATE TABL x (y);\n-- migrate:down\n', 'TABL'],
    ] as const) {
      const cwd = project({ ...FILES, 'db/migrations/20240103000000_bad.sql': text })
      const { status, document } = await adopt(cwd, '--import', 'db/migrations')
      expect([status, document.error?.message]).toEqual([2, expect.stringContaining(said)])
      expect(document.error?.message).toContain('20240103000000_bad')
      expect(document.error?.message).not.toContain('dbfleet-import-')
      expect(existsSync(join(cwd, 'migrations'))).toBe(false)
    }
  })
})
