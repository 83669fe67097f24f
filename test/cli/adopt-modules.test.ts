import { promises as fs, mkdirSync } from 'node:fs'
import * as path from 'node:path'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import { FileMigrationProvider, Kysely, Migrator, SqliteDialect } from 'kysely'
import { describe, expect, it } from 'vitest'
import { adopt, execute, foreignProjects, ledgerOf } from './foreign-projects.js'
import { at, json } from './projects.js'

const project = foreignProjects()

const KYSELY = {
  'src/migrations/001_create_a.mjs':
    "export async function up(db) { await db.schema.createTable('a').addColumn('id', 'integer', c => c.primaryKey()).execute() }\nexport async function down(db) { await db.schema.dropTable('a').execute() }\n",
  'src/migrations/002_create_b.mjs':
    "import { sql } from 'kysely'\nexport async function up(db) { await sql`create table b (id integer primary key)`.execute(db) }\n",
}

/** Migrates a database with Kysely's own Migrator. */
async function migrate(cwd: string, name: string, to?: string): Promise<void> {
  const db = new Kysely({ dialect: new SqliteDialect({ database: new SQLite(at(cwd, name)) }) })
  // Kysely is found from here, and not from a temporary directory.
  const provider = {
    getMigrations: () =>
      new FileMigrationProvider({ fs, path, migrationFolder: join(cwd, 'run') }).getMigrations(),
  }
  const migrator = new Migrator({ db, provider })
  const { error } = to ? await migrator.migrateTo(to) : await migrator.migrateToLatest()
  await db.destroy()
  if (error) throw error
}

/** What Kysely runs: the same, without the import that a temporary directory does not have. */
async function runnable(cwd: string): Promise<void> {
  mkdirSync(join(cwd, 'run'))
  await Promise.all(
    Object.entries(KYSELY).map(([file, text]) =>
      fs.writeFile(
        join(cwd, 'run', path.basename(file)),
        text
          .replace("import { sql } from 'kysely'\n", '')
          .replace(
            /await sql`.*`\.execute\(db\)/,
            "await db.schema.createTable('b').addColumn('id', 'integer', c => c.primaryKey()).execute()",
          ),
      ),
    ),
  )
}

describe('adopt of what Kysely migrated', () => {
  it('takes the modules as they are, and goes on with them', async () => {
    const cwd = project(KYSELY)
    await runnable(cwd)
    await migrate(cwd, 'full')
    await migrate(cwd, 'half', '001_create_a')
    const dry = await adopt(cwd, '--import', 'src/migrations', '--all', '--dry-run')
    expect([dry.status, dry.stderr]).toEqual([0, ''])
    const { status, document } = await adopt(cwd, '--import', 'src/migrations', '--all')
    expect(document).toMatchObject({
      imported: { tool: 'kysely', byHand: [] },
      databases: [
        {
          name: 'full',
          tool: 'kysely',
          applied: ['00000000000001_create_a', '00000000000002_create_b'],
        },
        { name: 'half', tool: 'kysely', applied: ['00000000000001_create_a'] },
      ],
    })
    expect(status).toBe(0)
    expect((await json(cwd, ['up', '--all'])).status).toBe(0)
    expect(ledgerOf(cwd, 'half')).toEqual(ledgerOf(cwd, 'full'))
  })

  it('leaves to a person what would not find its imports any more', async () => {
    const cwd = project({
      ...KYSELY,
      'src/migrations/003_more.ts':
        "import { names } from '../names'\nexport async function up(db) {}\n",
    })
    const { status, document } = await adopt(cwd, '--import', 'src/migrations')
    expect(status).toBe(1)
    expect(document.imported).toMatchObject({
      migrations: [{ from: '001_create_a.mjs' }, { from: '002_create_b.mjs' }],
      byHand: [
        {
          file: '003_more.ts',
          why: expect.stringContaining('relative path; write 00000000000003_more.ts'),
        },
      ],
    })
  })
})

describe('adopt of what Umzug migrated', () => {
  it('says which modules a person has to rewrite, and under which names', async () => {
    const cwd = project({
      'migrations-of-umzug/20240101000000-create-a.js':
        "exports.up = async ({ context: queryInterface }) => queryInterface.createTable('a')\n",
    })
    const { status, document } = await adopt(cwd, '--import', 'migrations-of-umzug')
    expect([status, document.imported]).toMatchObject([
      1,
      {
        tool: 'umzug',
        migrations: [],
        byHand: [
          {
            file: '20240101000000-create-a.js',
            why: expect.stringContaining('write 20240101000000_create-a.ts'),
          },
        ],
      },
    ])
  })

  it('adopts by a table of another name, when it is told whose it is', async () => {
    const cwd = project({
      'old/20240101000000-create-a.sql': 'CREATE TABLE a (id INTEGER PRIMARY KEY);\n',
    })
    execute(
      cwd,
      'alice',
      "CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE my_log (name TEXT); INSERT INTO my_log VALUES ('20240101000000-create-a.sql')",
    )
    const args = ['--from', 'umzug', '--table', 'my_log']
    const { status, document } = await adopt(cwd, '--import', 'old', '--all', ...args)
    expect([status, document.databases]).toMatchObject([
      0,
      [
        {
          tool: 'umzug',
          position: '20240101000000_create-a',
          remarks: ['check takes my_log for drift, unless check.ignore names it'],
        },
      ],
    ])
  })
})
