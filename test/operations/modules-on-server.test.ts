import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { openFleet } from '../../src/index.js'
import { writeFiles } from '../cli/run-cli.js'
import { createNamespace, execute } from '../sqld/requests.js'
import { useSqld } from '../sqld/use-sqld.js'
import { temporaryDirectories } from '../temporary-directory.js'

const server = useSqld()
const directory = temporaryDirectories()

/** Migrates a new namespace with one module. */
async function upWith(module: string, during = async (_name: string) => {}) {
  const cwd = directory()
  const name = randomUUID()
  await createNamespace(server(), name)
  await execute(server(), name, 'CREATE TABLE t (id INTEGER PRIMARY KEY, x, y)')
  writeFiles(cwd, { 'migrations/20260101000001_module.mjs': module })
  const sqld = { url: server().url, namespaces: [name] }
  const fleet = await openFleet({ cwd, config: { fleet: [{ sqld }] } })
  const [{ databases }] = await Promise.all([fleet.up(), during(name)])
  const rows = async (sql: string) => (await execute(server(), name, sql)).rows
  return { row: databases[0], rows }
}

describe('a module on a server', () => {
  it('reads what it wrote, in one transaction with the ledger', async () => {
    const { row, rows } = await upWith(`
      export async function up(db) {
        for (let i = 1; i <= 20; i += 1) {
          await db.insertInto('t').values({ id: i, x: i * 2, y: true }).execute()
        }
        const all = await db.selectFrom('t').select('x').orderBy('id').execute()
        await db.updateTable('t').set({ x: String(all.at(-1).x) }).where('id', '=', 1).execute()
      }`)
    expect(row).toMatchObject({ status: 'ok', applied: ['20260101000001_module'] })
    expect(await rows('SELECT typeof(x), x, y FROM t WHERE id < 3 ORDER BY id')).toEqual([
      ['text', '40', '1'],
      ['integer', '4', '1'],
    ])
  })

  it('keeps nothing when it fails half-way', async () => {
    const { row, rows } = await upWith(`
      export async function up(db) {
        await db.insertInto('t').values({ id: 1 }).execute()
        throw new Error('no further')
      }`)
    expect(row).toMatchObject({
      status: 'failed',
      error: { code: 'migration-failed', message: expect.stringContaining('no further') },
    })
    expect(await rows('SELECT count(*) FROM t')).toEqual([['0']])
    expect(
      await rows("SELECT count(*) FROM sqlite_schema WHERE name = 'dbfleet_migrations'"),
    ).toEqual([['0']])
  })

  it('that takes longer than the server waits for, while another writer waits, fails with the reason', async () => {
    const { row, rows } = await upWith(
      `
      import { setTimeout as sleep } from 'node:timers/promises'
      export async function up(db) {
        await db.insertInto('t').values({ id: 1 }).execute()
        await sleep(8000)
        await db.insertInto('t').values({ id: 2 }).execute()
      }`,
      async name => {
        await sleep(1_000)
        const { error } = await execute(server(), name, 'INSERT INTO t (id) VALUES (100)')
        expect(error).toBe('')
      },
    )
    expect(row).toMatchObject({
      status: 'failed',
      error: {
        code: 'transaction-timeout',
        message: expect.stringContaining('longer than 5 s'),
        hint: expect.stringContaining('Nothing of it was kept'),
      },
    })
    expect(await rows('SELECT id FROM t')).toEqual([['100']])
  }, 60_000)
})

describe('a migration without a transaction', () => {
  it('that opens one itself is refused before anything runs', async () => {
    const cwd = directory()
    const name = randomUUID()
    await createNamespace(server(), name)
    await execute(server(), name, 'CREATE TABLE t (id INTEGER PRIMARY KEY)')
    writeFiles(cwd, {
      'migrations/20260101000001_own.up.sql':
        '-- dbfleet: transaction=false\nBEGIN;\nINSERT INTO t VALUES (1);\nCOMMIT;\n',
    })
    const sqld = { url: server().url, namespaces: [name] }
    const fleet = await openFleet({ cwd, config: { fleet: [{ sqld }] } })
    await expect(fleet.up()).rejects.toMatchObject({
      code: 'unsupported-sql',
      message: expect.stringMatching(/own\.up\.sql:2: .* BEGIN has no effect/),
    })
    expect((await execute(server(), name, 'SELECT id FROM t')).rows).toEqual([])
  })
})
