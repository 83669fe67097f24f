import { createHash } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { adopt, execute, foreignProjects, ledgerOf } from './foreign-projects.js'
import { json } from './projects.js'

const A = 'CREATE TABLE a (id INTEGER PRIMARY KEY, v TEXT);\n'
const B = 'CREATE TABLE b (id INTEGER PRIMARY KEY);\n'

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** atlas.sum of these files: a hash of each with all before it (sql/migrate/dir.go). */
function atlasSum(files: readonly (readonly [name: string, text: string])[]): string {
  const hash = createHash('sha256')
  const lines = files.map(([name, text]) => {
    hash.update(name).update(text)
    return `${name} h1:${hash.copy().digest('base64')}`
  })
  return `h1:unused\n${lines.join('\n')}\n`
}

/** The tables as each tool's source makes them, with two migrations recorded. */
const TOOLS = {
  // src/lib/database_drivers/libsql.rs
  geni: {
    files: {
      'old/1709395165_create_a.up.sql': A,
      'old/1709395165_create_a.down.sql': 'DROP TABLE a;\n',
      'old/1709395170_create_b.up.sql': B,
      'old/1709395170_create_b.down.sql': 'DROP TABLE b;\n',
      'old/schema.sql': 'whatever',
    },
    create: 'CREATE TABLE schema_migrations (id VARCHAR(255) NOT NULL PRIMARY KEY);',
    record: [
      "INSERT INTO schema_migrations VALUES ('1709395165');",
      "INSERT INTO schema_migrations VALUES ('1709395170');",
    ],
    names: ['1709395165_create_a', '1709395170_create_b'],
    reversible: true,
  },
  // database/sqlite3/sqlite3.go
  'golang-migrate': {
    files: {
      'old/9_create_a.up.sql': A,
      'old/9_create_a.down.sql': 'DROP TABLE a;\n',
      'old/10_create_b.up.sql': B,
      'old/10_create_b.down.sql': 'DROP TABLE b;\n',
    },
    create:
      'CREATE TABLE schema_migrations (version uint64,dirty bool); CREATE UNIQUE INDEX version_unique ON schema_migrations (version);',
    record: [
      'DELETE FROM schema_migrations; INSERT INTO schema_migrations VALUES (9, 0);',
      'DELETE FROM schema_migrations; INSERT INTO schema_migrations VALUES (10, 0);',
    ],
    names: ['00000000000009_create_a', '00000000000010_create_b'],
    reversible: true,
  },
  // drizzle-orm/src/sqlite-core/dialect.ts
  drizzle: {
    files: {
      'old/meta/_journal.json': JSON.stringify({
        version: '7',
        dialect: 'sqlite',
        entries: [
          {
            idx: 0,
            version: '6',
            when: Date.UTC(2024, 0, 1),
            tag: '0000_create_a',
            breakpoints: true,
          },
          {
            idx: 1,
            version: '6',
            when: Date.UTC(2024, 0, 2),
            tag: '0001_create_b',
            breakpoints: true,
          },
        ],
      }),
      'old/meta/0000_snapshot.json': '{}',
      'old/0000_create_a.sql': A,
      'old/0001_create_b.sql': `${B.trim()}\n--> statement-breakpoint\nCREATE INDEX b_id ON b (id);`,
    },
    create:
      'CREATE TABLE __drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric);',
    record: [
      `INSERT INTO __drizzle_migrations ("hash", "created_at") VALUES ('${sha256(A)}', ${Date.UTC(2024, 0, 1)});`,
      `INSERT INTO __drizzle_migrations ("hash", "created_at") VALUES ('${sha256(`${B.trim()}\n--> statement-breakpoint\nCREATE INDEX b_id ON b (id);`)}', ${Date.UTC(2024, 0, 2)});`,
    ],
    applied: [A, `${B}CREATE INDEX b_id ON b (id);`],
    names: ['20240101000000_create_a', '20240102000000_create_b'],
    reversible: false,
  },
  // drizzle-orm/src/migrator.ts and up-migrations/sqlite.ts of 1.0
  'drizzle 1.0': {
    tool: 'drizzle',
    files: {
      'old/20240101000000_create_a/migration.sql': A,
      'old/20240101000000_create_a/snapshot.json': '{}',
      'old/20240102000000_create_b/migration.sql': B.trim().replace(';', ''),
      'old/20240102000000_create_b/snapshot.json': '{}',
      'old/migrations.js': 'export default {}',
    },
    create:
      'CREATE TABLE __drizzle_migrations (id INTEGER PRIMARY KEY, hash text NOT NULL, created_at numeric, name text, applied_at TEXT);',
    record: [
      // One that was recorded by an older version keeps its milliseconds.
      `INSERT INTO __drizzle_migrations (hash, created_at, name) VALUES ('${sha256(A)}', ${Date.UTC(2024, 0, 1) + 123}, '20240101000000_create_a');`,
      `INSERT INTO __drizzle_migrations (hash, created_at, name, applied_at) VALUES ('${sha256(B.trim().replace(';', ''))}', ${Date.UTC(2024, 0, 2)}, '20240102000000_create_b', '2024-01-03T00:00:00.000Z');`,
    ],
    names: ['20240101000000_create_a', '20240102000000_create_b'],
    reversible: false,
  },
  // prisma-engines: schema-engine/connectors/sql-schema-connector, flavour/sqlite
  prisma: {
    files: {
      'old/migration_lock.toml': 'provider = "sqlite"\n',
      'old/20240101000000_create_a/migration.sql': A,
      'old/20240102000000_create_b/migration.sql': B,
    },
    create: `CREATE TABLE "_prisma_migrations" (
      "id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL, "finished_at" DATETIME,
      "migration_name" TEXT NOT NULL, "logs" TEXT, "rolled_back_at" DATETIME,
      "started_at" DATETIME NOT NULL DEFAULT current_timestamp,
      "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0);`,
    record: [
      `INSERT INTO _prisma_migrations VALUES ('1', '${sha256(A)}', 1704067200100, '20240101000000_create_a', NULL, NULL, 1704067200000, 1);`,
      `INSERT INTO _prisma_migrations VALUES ('2', '${sha256(B)}', 1704067201100, '20240102000000_create_b', NULL, NULL, 1704067201000, 1);`,
    ],
    names: ['20240101000000_create_a', '20240102000000_create_b'],
    reversible: false,
  },
  // cmd/atlas/internal/migrate/ent/schema/revision.go, as ent writes it for SQLite
  atlas: {
    files: {
      'old/20240101000000_create_a.sql': A,
      'old/20240102000000_create_b.sql': `-- atlas:txmode none\n\n${B}`,
      'old/atlas.sum': atlasSum([
        ['20240101000000_create_a.sql', A],
        ['20240102000000_create_b.sql', `-- atlas:txmode none\n\n${B}`],
      ]),
    },
    create:
      'CREATE TABLE `atlas_schema_revisions` (`version` text NOT NULL, `description` text NOT NULL, `type` integer NOT NULL DEFAULT (2), `applied` integer NOT NULL DEFAULT (0), `total` integer NOT NULL DEFAULT (0), `executed_at` datetime NOT NULL, `execution_time` integer NOT NULL, `error` text NULL, `error_stmt` text NULL, `hash` text NOT NULL, `partial_hashes` json NULL, `operator_version` text NOT NULL, PRIMARY KEY (`version`));' +
      "INSERT INTO atlas_schema_revisions VALUES ('.atlas_cloud_identifier', 'uuid', 2, 0, 0, '2024-01-01', 0, NULL, NULL, '', NULL, 'Atlas CLI v1');",
    record: [
      "INSERT INTO atlas_schema_revisions VALUES ('20240101000000', 'create_a', 2, 1, 1, '2024-01-01', 1, '', '', 'h1:x', 'null', 'Atlas CLI v1');",
      "INSERT INTO atlas_schema_revisions VALUES ('20240102000000', 'create_b', 2, 1, 1, '2024-01-02', 1, '', '', 'h1:x', 'null', 'Atlas CLI v1');",
    ],
    names: ['20240101000000_create_a', '20240102000000_create_b'],
    reversible: false,
  },
  // lib/storage/sequelize.js
  umzug: {
    files: {
      'old/2024-01-01-create-a.sql': A,
      'old/2024-01-02-create-b.sql': B,
      'old/down/2024-01-01-create-a.sql': 'DROP TABLE a;\n',
      'old/down/2024-01-02-create-b.sql': 'DROP TABLE b;\n',
    },
    from: 'umzug',
    create: 'CREATE TABLE `SequelizeMeta` (`name` VARCHAR(255) NOT NULL UNIQUE PRIMARY KEY);',
    record: [
      "INSERT INTO SequelizeMeta VALUES ('2024-01-01-create-a.sql');",
      "INSERT INTO SequelizeMeta VALUES ('2024-01-02-create-b.sql');",
    ],
    names: ['00000000000001_2024_01_01_create_a', '00000000000002_2024_01_02_create_b'],
    reversible: true,
  },
}

interface Tool {
  /** What `adopt` calls it, if not as here. */
  tool?: string
  files: Record<string, string>
  create: string
  record: string[]
  names: string[]
  reversible: boolean
  applied?: string[]
  from?: string
}

const project = foreignProjects()

/** A fleet with `full` at the second migration, `half` at the first, `none` at no migration. */
function fleetOf({ files, create, record, applied = [A, B] }: Tool): string {
  const cwd = project(files)
  const [first, second] = record
  execute(cwd, 'full', `${create}${applied.join('')}${first}${second}`)
  execute(cwd, 'half', `${create}${applied[0]}${first}`)
  execute(cwd, 'none', create)
  return cwd
}

describe.each(Object.entries<Tool>(TOOLS))('adopt of what %s migrated', (key, given) => {
  const tool = given.tool ?? key
  const [first, second] = given.names as [string, string]
  const from = given.from === undefined ? [] : ['--from', given.from]

  it('imports its files and adopts its databases', async () => {
    const cwd = fleetOf(given)
    const { status, document } = await adopt(cwd, '--import', 'old', '--all', ...from)
    expect(document).toMatchObject({
      imported: {
        tool,
        migrations: [
          { name: first, reversible: given.reversible },
          { name: second, reversible: given.reversible },
        ],
        byHand: [],
      },
      databases: [
        { name: 'full', tool, position: second, applied: [first, second], remarks: [] },
        { name: 'half', tool, position: first, applied: [first], remarks: [] },
        { name: 'none', tool, position: null, applied: [] },
      ],
    })
    expect(status).toBe(0)
    expect((await json(cwd, ['up', '--all'])).status).toBe(0)
    expect(ledgerOf(cwd, 'none')).toEqual(ledgerOf(cwd, 'full'))
    const checked = await json(cwd, ['check'])
    expect(
      (checked.document as unknown as { findings: { code: string }[] }).findings.filter(
        ({ code }) => ['drift', 'migration-edited', 'pending', 'migration-deleted'].includes(code),
      ),
    ).toEqual([])
    expect((await json(cwd, ['down', '--db', 'full'])).status).toBe(given.reversible ? 0 : 2)
  })

  it('is refused by up until it is adopted', async () => {
    const cwd = fleetOf(given)
    expect((await adopt(cwd, '--import', 'old', ...from)).status).toBe(0)
    const refused = await json(cwd, ['up', '--all'])
    expect([refused.status, refused.document]).toMatchObject([
      2,
      {
        error: {
          code: 'not-adopted',
          message: expect.stringMatching(
            /^\w+ is the ledger of .*, in 2 databases \(full, half\)$/,
          ),
        },
        databases: [{ status: 'failed' }, { status: 'failed' }, { status: 'not-run' }],
      },
    ])
    // Where nothing is recorded, there is nothing to adopt.
    expect((await json(cwd, ['up', '--db', 'none'])).document.databases).toMatchObject([
      { applied: [first, second] },
    ])
  })

  it('finds a migration that was applied and not recorded', async () => {
    const cwd = fleetOf(given)
    execute(cwd, 'half', (given.applied ?? [A, B])[1] ?? '')
    const { status, document } = await adopt(cwd, '--import', 'old', '--db', 'half', ...from)
    expect([status, document.databases[0]?.error]).toMatchObject([
      3,
      {
        code: 'schema-differs',
        message: expect.stringContaining(
          `recorded ${first}, but its schema is that of ${second}: a migration was applied and not recorded`,
        ),
      },
    ])
    expect(ledgerOf(cwd, 'half')).toEqual([])
    // As the hint says.
    const inferred = await adopt(cwd, '--from', 'none', '--infer', '--db', 'half')
    expect(inferred.document.databases).toMatchObject([{ tool: null, position: second }])
  })

  it('finds what was recorded of which there is no file', async () => {
    const cwd = fleetOf(given)
    const { status, document } = await adopt(cwd, '--import', 'old', ...from)
    expect([status, document.databases]).toEqual([0, []])
    const gone = readdirSync(join(cwd, 'migrations')).filter(file => file.startsWith(second))
    for (const file of gone) rmSync(join(cwd, 'migrations', file))
    const result = await adopt(cwd, '--db', 'full')
    expect(result.document.databases[0]?.error?.code).toBe('recorded-unknown')
  })
})
