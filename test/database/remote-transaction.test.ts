import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { createOpener } from '../../src/database/open-database.js'
import { Connections } from '../../src/database/remote/connections.js'
import { startFaultyProxy } from '../sqld/faulty-proxy.js'
import { createNamespace, execute } from '../sqld/requests.js'
import { useSqld } from '../sqld/use-sqld.js'

const server = useSqld()
const connections = new Connections()
afterAll(() => connections.close())

async function newDatabase(scheme: string, mode: 'read' | 'write' = 'write') {
  const namespace = randomUUID()
  await createNamespace(server(), namespace)
  await execute(server(), namespace, 'CREATE TABLE t (id INTEGER PRIMARY KEY ON CONFLICT ROLLBACK)')
  const open = await createOpener('remote', connections)
  const url = server().url.replace('http', scheme)
  const target = { name: namespace, endpoint: { url, namespace, timeoutMs: 30_000 } }
  const db = await open(target, { mode, busyTimeoutMs: 100 })
  const ids = async () => (await execute(server(), namespace, 'SELECT id FROM t')).rows.flat()
  return { db, namespace, ids }
}

for (const scheme of ['http', 'ws']) {
  describe(`a transaction over ${scheme} that ended early`, () => {
    it('runs nothing more after a statement that rolled it back', async () => {
      const { db, ids } = await newDatabase(scheme)
      const transaction = await db.begin({ foreignKeys: 'off' })
      await transaction.run('INSERT INTO t VALUES (1)')
      await expect(transaction.run('INSERT INTO t VALUES (1)')).rejects.toThrow('UNIQUE')
      await expect(transaction.run('INSERT INTO t VALUES (2)')).rejects.toMatchObject({
        code: 'transaction-ended',
      })
      await expect(transaction.commit()).rejects.toMatchObject({ code: 'transaction-ended' })
      expect(await ids()).toEqual([])
      await db.close()
    })

    it('is not taken for committed when the server ended it before the commit', async () => {
      const { db, namespace, ids } = await newDatabase(scheme)
      const transaction = await db.begin({ foreignKeys: 'off' })
      await transaction.run('INSERT INTO t VALUES (1)')
      const other = sleep(4_000).then(() =>
        execute(server(), namespace, 'INSERT INTO t VALUES (100)'),
      )
      await sleep(6_500)
      await expect(transaction.commit()).rejects.toMatchObject({ code: 'transaction-timeout' })
      expect(await other).toMatchObject({ error: '' })
      expect(await ids()).toEqual(['100'])
      await db.close()
    }, 30_000)

    it('keeps nothing that a query writes when opened for reading', async () => {
      const { db, namespace, ids } = await newDatabase(scheme, 'read')
      await execute(server(), namespace, 'INSERT INTO t VALUES (1)')
      const sql = 'WITH a AS (SELECT 1) DELETE FROM t RETURNING id'
      await db.query(sql)
      expect(await ids()).toEqual(['1'])
      await db.close()
    })
  })
}

it('that cannot begin lets the lock go', async () => {
  const namespace = randomUUID()
  await createNamespace(server(), namespace)
  for (const sql of ['CREATE TABLE p (a)', 'CREATE TABLE c (a REFERENCES p (a))']) {
    await execute(server(), namespace, sql)
  }
  await using proxy = await startFaultyProxy(server().url, () => 'pass')
  const open = await createOpener('remote', connections)
  const endpoint = { url: proxy.url, namespace, timeoutMs: 30_000 }
  await using db = await open({ name: namespace, endpoint }, { mode: 'write', busyTimeoutMs: 100 })
  await expect(db.begin({ foreignKeys: 'off' })).rejects.toThrow('foreign key mismatch')
  expect(JSON.parse(proxy.requests.at(-1) ?? '').requests).toEqual([{ type: 'close' }])
})
