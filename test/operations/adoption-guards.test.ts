import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database, DatabaseTarget, EngineName } from '../../src/database/database.js'
import { createOpener } from '../../src/database/open-database.js'
import { Connections } from '../../src/database/remote/connections.js'
import { readLedger } from '../../src/migrate/ledger.js'
import { recordAdopted } from '../../src/migrate/record-adopted.js'
import { guardsOf } from '../../src/operations/adopt/adoption-guards.js'
import { readForeignLedgers } from '../../src/operations/adopt/read-foreign-ledgers.js'
import { readSchemaRows } from '../../src/schema/read-schema-rows.js'
import { startFaultyProxy } from '../sqld/faulty-proxy.js'
import { createNamespace } from '../sqld/requests.js'
import { useSqld } from '../sqld/use-sqld.js'
import { temporaryDirectories } from '../temporary-directory.js'

const server = useSqld()
const directory = temporaryDirectories()
let connections: Connections
beforeAll(() => {
  connections = new Connections()
})
afterAll(() => connections.close())

const ENTRIES = [
  { name: '20240101000000_a', checksum: 'x' },
  { name: '20240102000000_b', checksum: 'y' },
]

async function remoteTarget(url = server().url): Promise<DatabaseTarget> {
  const namespace = randomUUID()
  await createNamespace(server(), namespace)
  return { name: namespace, endpoint: { url, namespace, timeoutMs: 30_000 } }
}

async function open(engine: EngineName, target: DatabaseTarget): Promise<Database> {
  const opener = await createOpener(engine, connections)
  return opener(target, { mode: 'create', busyTimeoutMs: 1_000 })
}

/** What another tool left, and the statements that say whether it is still that. */
async function migrated(db: Database) {
  await db.run("CREATE TABLE a (v TEXT DEFAULT 'it''s')")
  await db.run('CREATE TABLE schema_migrations (version varchar(128) primary key)')
  await db.run("INSERT INTO schema_migrations VALUES ('20240101000000'), ('20240102000000')")
  const rows = await readSchemaRows(db)
  return guardsOf(rows, await readForeignLedgers(db, rows, {}))
}

describe.each(['better-sqlite3', 'libsql', 'remote'] as const)('on %s', engine => {
  const target = () =>
    engine === 'remote'
      ? remoteTarget()
      : Promise.resolve({ name: 'x', path: join(directory(), 'x.db') })

  it('writes the ledger when nothing changed', async () => {
    await using db = await open(engine, await target())
    const guards = await migrated(db)
    await recordAdopted(db, { entries: ENTRIES, guards, version: '1' })
    expect(await readLedger(db)).toEqual(ENTRIES)
  })

  it.each([
    ['the schema', 'ALTER TABLE a ADD COLUMN w'],
    ['the schema in nothing but a space', 'CREATE TABLE  b (v)'],
    ['the old ledger', "DELETE FROM schema_migrations WHERE version = '20240102000000'"],
  ])('writes nothing when %s changed meanwhile', async (_, sql) => {
    await using db = await open(engine, await target())
    const guards = await migrated(db)
    await db.run(sql)
    await expect(
      recordAdopted(db, { entries: ENTRIES, guards, version: '1' }),
    ).rejects.toMatchObject({ code: 'changed-meanwhile' })
    expect(await readLedger(db)).toEqual([])
    expect((await readSchemaRows(db)).map(({ name }) => name)).not.toContain('dbfleet_migrations')
  })

  it('leaves a ledger that says the same as it is', async () => {
    await using db = await open(engine, await target())
    const guards = await migrated(db)
    await recordAdopted(db, { entries: ENTRIES, guards, version: '1' })
    await recordAdopted(db, { entries: ENTRIES, guards, version: '2' })
    const versions = await db.query('SELECT DISTINCT dbfleet_version AS v FROM dbfleet_migrations')
    expect(versions).toEqual([{ v: '1' }])
  })

  it('writes nothing over a ledger that was written meanwhile', async () => {
    await using db = await open(engine, await target())
    const guards = await migrated(db)
    const [first] = ENTRIES
    await recordAdopted(db, { entries: first ? [first] : [], guards, version: '1' })
    await expect(
      recordAdopted(db, { entries: ENTRIES, guards, version: '1' }),
    ).rejects.toMatchObject({ code: 'changed-meanwhile' })
    expect(await readLedger(db)).toEqual([first])
  })
})

it('knows its own work when the answer is lost', async () => {
  let cut = false
  await using proxy = await startFaultyProxy(server().url, body => {
    if (cut || !body.includes('INSERT INTO dbfleet_migrations')) return 'pass'
    cut = true
    return 'cut before the answer'
  })
  await using db = await open('remote', await remoteTarget(proxy.url))
  const guards = await migrated(db)
  await recordAdopted(db, { entries: ENTRIES, guards, version: '1' })
  expect(cut).toBe(true)
  expect(await readLedger(db)).toEqual(ENTRIES)
})

it('does no harm when two do it at once on a server', async () => {
  const place = await remoteTarget()
  await using one = await open('remote', place)
  await using other = await open('remote', place)
  const guards = await migrated(one)
  const adoption = { entries: ENTRIES, guards, version: '1' }
  await Promise.all([recordAdopted(one, adoption), recordAdopted(other, adoption)])
  expect(await readLedger(one)).toEqual(ENTRIES)
})
