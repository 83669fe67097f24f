import { describe, expect, it } from 'vitest'
import { loadIntoMemory } from '../../src/backup/load-into-file.js'
import type { Row } from '../../src/database/database.js'
import { createOpener } from '../../src/database/open-database.js'

const START = 'PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n'

async function load(text: string, query: string): Promise<Row[] | undefined> {
  async function* pieces() {
    yield Buffer.from(`${START}${text}COMMIT;\n`)
  }
  let rows: Row[] | undefined
  const open = await createOpener('better-sqlite3')
  const isLoaded = await loadIntoMemory(open, 'it', pieces(), async db => {
    rows = await db.query(query)
  })
  expect(isLoaded).toBe(rows !== undefined)
  return rows
}

describe('a dump that is loaded into memory', () => {
  it('has its rows, and its indexes in step with them', async () => {
    const text =
      'CREATE TABLE t (a, b AS (a * 2));\nINSERT INTO t(a) VALUES(1),(2),(3);\nCREATE UNIQUE INDEX i ON t (b);\nCREATE VIEW v AS SELECT b FROM t;\n'
    const rows = await load(text, 'SELECT sum(b) AS b FROM t INDEXED BY i WHERE b > 2')
    expect(rows).toEqual([{ b: 10n }])
    expect(await load(text, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
  })

  it('lets no trigger see its rows come', async () => {
    const text =
      'CREATE TABLE t (a);\nCREATE TABLE log (a);\nCREATE TRIGGER r AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a); END;\nINSERT INTO t VALUES(1);\n'
    expect(await load(text, 'SELECT count(*) AS n FROM log')).toEqual([{ n: 0n }])
  })

  it('keeps what is done in turn in its order', async () => {
    const text =
      "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT);\nINSERT INTO t(a) VALUES(5);\nDELETE FROM sqlite_sequence;\nINSERT INTO sqlite_sequence(name,seq) VALUES('t',900);\nCREATE VIRTUAL TABLE f USING fts5(x, content=t);\n"
    expect(await load(text, 'SELECT seq FROM sqlite_sequence')).toEqual([{ seq: 900n }])
  })

  it('is refused at the line that the engine does not take', async () => {
    const text =
      'CREATE TABLE t (a);\nINSERT INTO t VALUES(1),\n(1);\nCREATE UNIQUE INDEX i ON t (a);\n'
    await expect(load(text, 'SELECT 1')).rejects.toMatchObject({
      code: 'bad-dump',
      message: expect.stringMatching(/^line 4: .*UNIQUE/),
    })
  })

  it('is left to a file where only an entry in the schema makes a table', async () => {
    const text =
      "CREATE TABLE c (a);\nPRAGMA writable_schema=ON;\nINSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql) VALUES('table','f','f',0,'CREATE VIRTUAL TABLE f USING fts5(a, content=c)');\nPRAGMA writable_schema=OFF;\n"
    expect(await load(text, 'SELECT 1')).toBeUndefined()
  })
})
