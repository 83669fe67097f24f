import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createNamespace, execute } from '../sqld/requests.js'
import { useSqld } from '../sqld/use-sqld.js'
import { foreignProjects } from './foreign-projects.js'
import { libsqlFile, VECTOR_TABLE } from './libsql-files.js'
import { json } from './projects.js'
import { writeFiles } from './run-cli.js'

const FIRST = '20240101000000_create_a'
const SECOND = '20240102000000_create_b'
const A = 'CREATE TABLE a (id INTEGER PRIMARY KEY, v TEXT)'
const B = 'CREATE TABLE b (id INTEGER PRIMARY KEY)'
const LEDGER = 'CREATE TABLE schema_migrations (id VARCHAR(255) NOT NULL PRIMARY KEY)'
const recorded = (version: string) => `INSERT INTO schema_migrations VALUES ('${version}')`
const MIGRATIONS = {
  [`migrations/${FIRST}.up.sql`]: `${A};\n`,
  [`migrations/${FIRST}.down.sql`]: 'DROP TABLE a;\n',
  [`migrations/${SECOND}.up.sql`]: `${B};\n`,
  [`migrations/${SECOND}.down.sql`]: 'DROP TABLE b;\n',
}
const FULL = [LEDGER, A, recorded('20240101000000'), B, recorded('20240102000000')]
const HALF = FULL.slice(0, 3)

const project = foreignProjects()

describe('adopt', () => {
  const server = useSqld()

  it('takes over namespaces of sqld as it does files', async () => {
    const { url, adminUrl } = server()
    const databases = { alice: FULL, bob: HALF, carol: [...HALF, B] }
    const fleet = [{ sqld: { url, adminUrl, namespaces: Object.keys(databases) } }]
    const cwd = project({ ...MIGRATIONS, 'dbfleet.config.json': JSON.stringify({ fleet }) })
    for (const [name, statements] of Object.entries(databases)) {
      await createNamespace(server(), name)
      for (const sql of statements) {
        expect(await execute(server(), name, sql)).toMatchObject({ error: '' })
      }
    }
    const { status, document } = await json(cwd, ['adopt', '--all'])
    expect([status, document.databases]).toMatchObject([
      3,
      [
        { name: 'alice', status: 'ok', tool: 'geni', applied: [FIRST, SECOND] },
        { name: 'bob', status: 'ok', tool: 'geni', applied: [FIRST] },
        { name: 'carol', status: 'failed', error: { code: 'schema-differs' } },
      ],
    ])
    const inferred = await json(cwd, ['adopt', '--all', '--from', 'none', '--infer'])
    expect([inferred.status, inferred.document.databases]).toMatchObject([
      0,
      [{ applied: [] }, { applied: [] }, { applied: [FIRST, SECOND] }],
    ])
    expect((await json(cwd, ['up', '--all'])).document.databases).toMatchObject([
      { applied: [] },
      { applied: [SECOND] },
      { applied: [] },
    ])
    expect((await json(cwd, ['down', '--db', 'alice'])).status).toBe(0)
  })
})

it('adopts encrypted files, and those that only libSQL may change', async () => {
  const env = { DBFLEET_TEST_KEY: 'correct horse battery staple' }
  const fleet = [
    { files: 'plain/*.db' },
    { files: 'secret/*.db', encryptionKey: { env: 'DBFLEET_TEST_KEY' } },
  ]
  const cwd = project({ 'dbfleet.config.json': JSON.stringify({ fleet }) })
  writeFiles(cwd, {
    ...MIGRATIONS,
    'migrations/20240103000000_vectors.up.sql': `${VECTOR_TABLE.slice(0, 2).join(';\n')};\n`,
  })
  mkdirSync(join(cwd, 'plain'))
  libsqlFile(cwd, 'secret/alice.db', HALF, env.DBFLEET_TEST_KEY)
  libsqlFile(cwd, 'plain/bob.db', [
    ...FULL,
    ...VECTOR_TABLE.slice(0, 2),
    recorded('20240103000000'),
  ])
  const { status, document, stderr } = await json(cwd, ['adopt', '--all'], { env })
  expect([status, document.databases], stderr).toMatchObject([
    0,
    [
      { name: 'alice', status: 'ok', applied: [FIRST] },
      { name: 'bob', status: 'ok', applied: [FIRST, SECOND, '20240103000000_vectors'] },
    ],
  ])
  const checked = await json(cwd, ['status'], { env })
  expect(checked.document.databases).toMatchObject([{ applied: 1 }, { applied: 3, pending: [] }])
})
