import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { adopt, execute, foreignProjects, ledgerOf } from './foreign-projects.js'
import { at } from './projects.js'

const A = 'CREATE TABLE a (id INTEGER PRIMARY KEY, v TEXT);\n'
const B = 'CREATE TABLE b (id INTEGER PRIMARY KEY);\nCREATE INDEX b_id ON b (id);\n'
const FIRST = '20240101000000_create_a'
const SECOND = '20240102000000_create_b'

const MIGRATIONS = {
  [`migrations/${FIRST}.up.sql`]: A,
  [`migrations/${FIRST}.down.sql`]: 'DROP TABLE a;\n',
  [`migrations/${SECOND}.up.sql`]: B,
  [`migrations/${SECOND}.down.sql`]: 'DROP TABLE b;\n',
}

const GENI = 'CREATE TABLE schema_migrations (id VARCHAR(255) NOT NULL PRIMARY KEY);'
const DBMATE = 'CREATE TABLE "schema_migrations" (version varchar(128) primary key);'
const GOLANG =
  'CREATE TABLE schema_migrations (version uint64,dirty bool); CREATE UNIQUE INDEX version_unique ON schema_migrations (version);'
const KYSELY =
  'CREATE TABLE "kysely_migration" ("name" varchar(255) not null primary key, "timestamp" varchar(255) not null);'
const PRISMA =
  'CREATE TABLE "_prisma_migrations" ("id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL, "finished_at" DATETIME, "migration_name" TEXT NOT NULL, "logs" TEXT, "rolled_back_at" DATETIME, "started_at" DATETIME NOT NULL DEFAULT current_timestamp, "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0);'
const ATLAS =
  'CREATE TABLE `atlas_schema_revisions` (`version` text NOT NULL, `description` text NOT NULL, `type` integer NOT NULL DEFAULT (2), `applied` integer NOT NULL DEFAULT (0), `total` integer NOT NULL DEFAULT (0), `executed_at` datetime NOT NULL, `execution_time` integer NOT NULL, `error` text NULL, `error_stmt` text NULL, `hash` text NOT NULL, `partial_hashes` json NULL, `operator_version` text NOT NULL, PRIMARY KEY (`version`));'

const project = foreignProjects()

/** Adopts one database that this SQL made. */
async function adoptOnly(sql: string, ...args: string[]) {
  const cwd = project(MIGRATIONS)
  execute(cwd, 'alice', sql)
  const before = readFileSync(at(cwd, 'alice'))
  const { status, document } = await adopt(cwd, ...args)
  const [row] = document.databases ?? []
  if (row?.status !== 'ok') expect(readFileSync(at(cwd, 'alice'))).toEqual(before)
  return { cwd, status, document, row, error: row?.error }
}

function prismaRow(name: string, { finished = true, rolledBack = false, started = 1 }): string {
  return `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, rolled_back_at) VALUES ('${name}${started}', 'x', '${name}', ${started}, ${finished ? 2 : 'NULL'}, ${rolledBack ? 3 : 'NULL'});`
}

function atlasRow(version: string, applied: number, total: number, error = '', type = 2): string {
  return `INSERT INTO atlas_schema_revisions VALUES ('${version}', 'x', ${type}, ${applied}, ${total}, '2024', 1, '${error}', '', 'h', 'null', 'v');`
}

describe('a ledger that is not to be relied on', () => {
  it('is refused when golang-migrate left it dirty', async () => {
    const { status, error } = await adoptOnly(
      `${GOLANG}${A}INSERT INTO schema_migrations VALUES (20240102000000, 1);`,
    )
    expect([status, error?.code, error?.message]).toEqual([
      3,
      'ledger-unsound',
      'golang-migrate left it dirty at version 20240102000000',
    ])
  })

  it('is refused when Prisma began a migration and did not finish it', async () => {
    const { error } = await adoptOnly(
      `${PRISMA}${A}${prismaRow(FIRST, {})}${prismaRow(SECOND, { finished: false })}`,
    )
    expect(error?.message).toBe(`Prisma began ${SECOND} and did not finish it`)
  })

  it('is refused when Atlas ran a part of the statements', async () => {
    const { error } = await adoptOnly(
      `${ATLAS}${A}${atlasRow('20240101000000', 1, 1)}${atlasRow('20240102000000', 1, 2, 'no such table')}`,
    )
    expect(error?.message).toBe('Atlas ran 1 of the 2 statements of 20240102000000')
  })

  it('is believed when Prisma took a failed migration back, and when it ran the second time', async () => {
    const failed = prismaRow(SECOND, { finished: false, rolledBack: true })
    const back = await adoptOnly(`${PRISMA}${A}${prismaRow(FIRST, {})}${failed}`)
    expect(back.row).toMatchObject({ status: 'ok', position: FIRST })
    const again = prismaRow(SECOND, { started: 5 })
    const ran = await adoptOnly(`${PRISMA}${A}${B}${prismaRow(FIRST, {})}${failed}${again}`)
    expect(ran.row).toMatchObject({ status: 'ok', position: SECOND, applied: [FIRST, SECOND] })
  })

  it('is understood when versions do not sort as numbers', async () => {
    const files = { '1_a.sql': A, '2_b.sql': B, '10_c.sql': 'CREATE TABLE c (x);\n' }
    const cwd = project(
      Object.fromEntries(Object.entries(files).map(([name, text]) => [`old/${name}`, text])),
    )
    execute(cwd, 'alice', `${ATLAS}${files['10_c.sql']}${A}${row('10', 'c')}${row('1', 'a')}`)
    const { document } = await adopt(cwd, '--import', 'old', '--from', 'atlas', '--all')
    expect(document.databases[0]).toMatchObject({
      status: 'ok',
      applied: ['00000000000001_10_c', '00000000000002_1_a'],
    })
    function row(version: string, label: string): string {
      return `INSERT INTO atlas_schema_revisions VALUES ('${version}', '${label}', 2, 1, 1, '2024', 1, '', '', 'h', 'null', 'v');`
    }
  })

  it('counts what an Atlas baseline stands for', async () => {
    const { row } = await adoptOnly(`${ATLAS}${A}${B}${atlasRow('20240102000000', 0, 0, '', 1)}`)
    expect(row).toMatchObject({ tool: 'atlas', applied: [FIRST, SECOND] })
  })
})

describe('a database that a tool was killed in', () => {
  it('is told apart when Geni applied a migration and did not record it', async () => {
    const { status, error } = await adoptOnly(
      `${GENI}${A}${B}INSERT INTO schema_migrations VALUES ('20240101000000');`,
    )
    expect([status, error]).toMatchObject([
      3,
      {
        code: 'schema-differs',
        message: `Geni recorded ${FIRST}, but its schema is that of ${SECOND}: a migration was applied and not recorded`,
        hint: expect.stringContaining('--from none --infer'),
      },
    ])
  })

  it('is told apart when Geni applied a part of one without a transaction', async () => {
    const { error } = await adoptOnly(
      `${GENI}${A}CREATE TABLE b (id INTEGER PRIMARY KEY);INSERT INTO schema_migrations VALUES ('20240101000000');`,
    )
    expect(error?.message).toBe(
      `Geni recorded ${FIRST}, and ${SECOND} was applied in part, without being recorded: it has an extra table b`,
    )
  })
})

describe('data that changed without a trace in the schema', () => {
  const FILL = { 'migrations/20240103000000_fill.up.sql': "UPDATE a SET v = 'x';\n" }

  it.each([
    ['Geni, which records in a step of its own', GENI, 1],
    ['dbmate, which records in the same transaction', DBMATE, 0],
  ])('is warned of after %s', async (_, ledger, remarks) => {
    const cwd = project({ ...MIGRATIONS, ...FILL })
    const recorded = "INSERT INTO schema_migrations VALUES ('20240101000000'), ('20240102000000');"
    execute(cwd, 'alice', `${ledger}${A}${B}${recorded}`)
    const { document } = await adopt(cwd)
    expect(document.databases[0]).toMatchObject({ status: 'ok', position: SECOND })
    expect(document.databases[0]?.remarks).toHaveLength(remarks)
  })
})

describe('a directory that needs no import', () => {
  it.each([
    ['Geni', GENI, '1709395165', "('1709395165')"],
    ['golang-migrate', GOLANG, '000001', '(1, 0)'],
  ])('is read as it is: %s', async (_, ledger, version, row) => {
    const cwd = project({ [`migrations/${version}_create_a.up.sql`]: A })
    execute(cwd, 'alice', `${ledger}${A}INSERT INTO schema_migrations VALUES ${row};`)
    const { status, document } = await adopt(cwd)
    expect([status, document.databases]).toMatchObject([
      0,
      [{ position: `${version}_create_a`, remarks: [] }],
    ])
    // It cannot be imported into itself.
    const { document: refused } = await adopt(cwd, '--import', 'migrations')
    expect(refused.error?.code).toBe('import-failed')
  })
})

describe('several ledgers', () => {
  const BOTH = `${DBMATE}${KYSELY}${A}INSERT INTO schema_migrations VALUES ('20240101000000');INSERT INTO kysely_migration VALUES ('${SECOND}', '2024');`

  it('are named, and one is to be chosen', async () => {
    const { error } = await adoptOnly(BOTH)
    expect(error).toMatchObject({
      code: 'several-ledgers',
      message: expect.stringContaining('Kysely (kysely_migration) and dbmate (schema_migrations)'),
    })
    const chosen = await adoptOnly(BOTH, '--from', 'dbmate')
    expect(chosen.row).toMatchObject({ status: 'ok', tool: 'dbmate', position: FIRST })
  })

  it('of a tool that is not there is not found', async () => {
    const { error } = await adoptOnly(BOTH, '--from', 'atlas')
    expect(error).toMatchObject({
      code: 'no-foreign-ledger',
      message: expect.stringContaining('Atlas'),
    })
  })

  it('that look like those of another tool are not mistaken for them', async () => {
    const rails = `${A}CREATE TABLE schema_migrations (version varchar NOT NULL PRIMARY KEY);CREATE TABLE ar_internal_metadata (key varchar NOT NULL PRIMARY KEY, value varchar);INSERT INTO schema_migrations VALUES ('20240101000000');`
    const { error } = await adoptOnly(rails)
    expect(error).toMatchObject({
      code: 'no-foreign-ledger',
      message: expect.stringContaining('ar_internal_metadata and schema_migrations'),
    })
    expect((await adoptOnly(rails, '--infer')).row).toMatchObject({ status: 'ok', position: FIRST })
  })
})

describe('a database without a ledger', () => {
  it('is placed where it is declared to be, if its schema is that', async () => {
    const right = await adoptOnly(A, '--baseline', 'create_a')
    expect(right.row).toMatchObject({ status: 'ok', tool: null, position: FIRST, applied: [FIRST] })
    const wrong = await adoptOnly(A, '--baseline', SECOND)
    expect(wrong.error?.message).toBe(
      `it is declared to be at ${SECOND}, but its schema is that of ${FIRST}: a migration was recorded and not applied`,
    )
  })

  it('is placed by its schema, and not by a guess', async () => {
    expect((await adoptOnly(A + B, '--infer')).row).toMatchObject({ position: SECOND })
    const strange = await adoptOnly('CREATE TABLE x (y)', '--infer')
    expect(strange.error?.code).toBe('fits-nowhere')
  })

  it('is not placed where only data would tell', async () => {
    const cwd = project({
      ...MIGRATIONS,
      'migrations/20240103000000_fill.up.sql': "INSERT INTO a (v) VALUES ('x');\n",
    })
    execute(cwd, 'alice', A + B)
    const { document } = await adopt(cwd, '--infer')
    expect(document.databases[0]?.error).toMatchObject({
      code: 'position-ambiguous',
      message: expect.stringContaining(`${SECOND} and of 20240103000000_fill`),
    })
    const declared = await adopt(cwd, '--baseline', SECOND)
    expect(declared.document.databases[0]).toMatchObject({ status: 'ok', position: SECOND })
    expect(ledgerOf(cwd, 'alice')).toHaveLength(2)
  })

  it('is adopted with columns in another order, which is said', async () => {
    const { row } = await adoptOnly('CREATE TABLE a (v TEXT, id INTEGER PRIMARY KEY);', '--infer')
    expect(row).toMatchObject({ status: 'ok', remarks: [expect.stringContaining('a')] })
  })
})

describe('flags that contradict each other', () => {
  it.each([
    [['--baseline', FIRST, '--infer'], 'bad-options'],
    [['--from', 'none'], 'bad-options'],
    [['--table', 'x'], 'bad-options'],
    [['--baseline', 'nowhere'], 'unknown-migration'],
    [['--import', 'nowhere'], 'import-failed'],
  ])('%j', async (args, code) => {
    const { status, document } = await adoptOnly(A, ...args)
    expect([status, document.error?.code]).toEqual([2, code])
  })
})
