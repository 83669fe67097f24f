import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, describe, expect, it } from 'vitest'
import { planDump } from '../../src/backup/plan-dump.js'
import { writeDump } from '../../src/backup/write-dump.js'
import { createOpener } from '../../src/database/open-database.js'
import { Connections } from '../../src/database/remote/connections.js'
import { createNamespace, execute } from '../sqld/requests.js'
import { useSqld } from '../sqld/use-sqld.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { contentOf } from './compare.js'
import { dumpOf } from './dumps.js'
import { loadText } from './load.js'

const CONTENT = [
  'CREATE TABLE t (a, b)',
  "INSERT INTO t (rowid, a, b) VALUES (-5, 9e999, X'00FF'), (7, -9e999, 'a' || char(0) || 'b'), (9, 0.1 + 0.2, CAST(X'FF' AS TEXT)), (10, 9223372036854775807, NULL)",
  'CREATE TABLE w (k PRIMARY KEY, v) WITHOUT ROWID',
  "WITH c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 700) INSERT INTO w SELECT 'key ' || i, hex(zeroblob(i * 20)) FROM c",
  'CREATE VIRTUAL TABLE f USING fts5(a)',
  "INSERT INTO f VALUES ('hello')",
  'CREATE INDEX i ON t (b)',
]

describe('a dump of a database on a server', () => {
  const server = useSqld()
  const directory = temporaryDirectories()
  const connections = new Connections()
  afterAll(() => connections.close())

  async function namespace(statements: readonly string[]): Promise<string> {
    const name = randomUUID()
    await createNamespace(server(), name)
    for (const sql of statements) {
      const { error } = await execute(server(), name, sql)
      expect(error, sql).toBe('')
    }
    return name
  }

  it.each(['http', 'ws'])('over %s is that of a file with the same content', async scheme => {
    const name = await namespace(CONTENT)
    const file = join(directory(), 'it.db')
    const db = new Database(file)
    for (const sql of CONTENT) db.exec(sql)
    db.close()
    const url = server().url.replace('http', scheme)
    const open = await createOpener('remote', connections)
    const target = { name, endpoint: { url, namespace: name, timeoutMs: 30_000 } }
    await using remote = await open(target, { mode: 'read', busyTimeoutMs: 0 })
    await using snapshot = await remote.snapshot()
    const plan = await planDump(snapshot)
    const pieces: Uint8Array[] = []
    for await (const { bytes } of writeDump(snapshot, plan)) pieces.push(bytes)
    expect(Buffer.concat(pieces).toString()).toBe((await dumpOf(file)).text)
  })

  it('of its own is restored', async () => {
    const plain = [
      "CREATE TABLE t (id INTEGER PRIMARY KEY, a); INSERT INTO t VALUES (1, 'it''s\nx')",
      'CREATE INDEX i ON t (a)',
      'CREATE TRIGGER tr AFTER DELETE ON t BEGIN SELECT 1; END',
    ].flatMap(sql => sql.split(/; (?=INSERT)/))
    const name = await namespace(plain)
    const response = await fetch(`${server().url}/dump`, {
      headers: { 'x-namespace-bin': Buffer.from(name).toString('base64').replace(/=+$/, '') },
    })
    const copy = join(directory(), 'copy.db')
    await loadText(await response.text(), copy)
    const file = join(directory(), 'it.db')
    const db = new Database(file)
    for (const sql of plain) db.exec(sql)
    db.close()
    expect(contentOf(copy)).toMatchObject({ rows: contentOf(file).rows as object })
  })
})
