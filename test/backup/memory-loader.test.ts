import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contentDigest } from '../../src/backup/content-digest.js'
import { MemoryLoader } from '../../src/backup/memory-loader.js'
import type { Row } from '../../src/database/database.js'
import { createOpener } from '../../src/database/open-database.js'

const START = 'PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n'

function piecesOf(text: string) {
  return (async function* () {
    yield Buffer.from(`${START}${text}COMMIT;\n`)
  })()
}

async function memoryLoader() {
  const loader = new MemoryLoader(await createOpener('better-sqlite3'))
  return {
    async load(text: string, query: string): Promise<Row[] | undefined> {
      let rows: Row[] | undefined
      const isLoaded = await loader.load('it', piecesOf(text), async snapshot => {
        rows = await snapshot.query(query)
      })
      expect(isLoaded).toBe(rows !== undefined)
      return rows
    },
    async digest(text: string): Promise<string | undefined> {
      let digest: string | undefined
      await loader.load('it', piecesOf(text), async snapshot => {
        digest = await contentDigest(snapshot)
      })
      return digest
    },
  }
}

async function load(text: string, query: string): Promise<Row[] | undefined> {
  return (await memoryLoader()).load(text, query)
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

describe('dumps that are loaded into memory one after another', () => {
  const TABLE = 'CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, b UNIQUE);\n'
  const INDEX = 'CREATE INDEX i ON t (b);\n'

  it('leave nothing to those after them that make the same tables', async () => {
    const { load } = await memoryLoader()
    const first = `PRAGMA user_version=7;\n${TABLE}INSERT INTO t VALUES(5,'x');\n${INDEX}CREATE VIEW v AS SELECT b FROM t;\nANALYZE sqlite_schema;\nINSERT INTO sqlite_stat1 VALUES('t','i','1 1');\n`
    const state = `SELECT (SELECT count(*) FROM t) AS rows, (SELECT count(*) FROM sqlite_sequence) AS counters,
      (SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_schema ORDER BY name)) AS objects,
      (SELECT user_version FROM pragma_user_version) AS version`
    const full = {
      rows: 1n,
      counters: 1n,
      objects: 'i sqlite_autoindex_t_1 sqlite_sequence sqlite_stat1 sqlite_stat4 t v',
      version: 7n,
    }
    const empty = {
      rows: 0n,
      counters: 0n,
      objects: 'i sqlite_autoindex_t_1 sqlite_sequence t',
      version: 0n,
    }
    expect(await load(first, state)).toEqual([full])
    expect(await load(TABLE + INDEX, state)).toEqual([empty])
    expect(await load(first, state)).toEqual([full])
  })

  it('are not taken for each other when their tables differ in a word', async () => {
    const { load } = await memoryLoader()
    const count = 'SELECT sql FROM sqlite_schema'
    for (const collation of ['BINARY', 'NOCASE', 'BINARY']) {
      const table = `CREATE TABLE t (a COLLATE ${collation})`
      expect(await load(`${table};\nINSERT INTO t VALUES('x');\n`, count)).toEqual([{ sql: table }])
    }
    const encodings = ['UTF-16le', 'UTF-8', 'UTF-16le']
    for (const encoding of encodings) {
      const text = `PRAGMA encoding='${encoding}';\n${TABLE}`
      expect(await load(text, 'PRAGMA encoding')).toEqual([{ encoding }])
    }
  })

  it('fail by themselves, and only they', async () => {
    const { load } = await memoryLoader()
    const sound = `${TABLE}INSERT INTO t VALUES(1,'x');\n`
    const count = 'SELECT count(*) AS n FROM t'
    expect(await load(sound, count)).toEqual([{ n: 1n }])
    await expect(load(`${sound}INSERT INTO t VALUES(2,'x');\n`, count)).rejects.toMatchObject({
      code: 'bad-dump',
      message: expect.stringMatching(/^line 4: .*UNIQUE/),
    })
    await expect(load(sound, 'SELECT missing FROM t')).rejects.toMatchObject({ code: 'sql' })
    expect(await load(sound, count)).toEqual([{ n: 1n }])
  })

  it('are refused for what an earlier one did not have, wherever that stands', async () => {
    const { load } = await memoryLoader()
    expect(await load(TABLE, 'SELECT 1 AS x')).toEqual([{ x: 1n }])
    for (const [more, message] of [
      ["CREATE VIEW v AS SELECT readfile('x');\n", /^line 4: the view calls readfile/],
      ["ATTACH 'x' AS y;\n", /^line 4: ATTACH/],
    ] as const) {
      await expect(load(TABLE + more, 'SELECT 1')).rejects.toMatchObject({
        code: 'bad-dump',
        message: expect.stringMatching(message),
      })
    }
  })

  it('are what each of them is when it is the only one', async () => {
    const statement = fc.constantFrom(
      TABLE,
      'CREATE TABLE u (x, y AS (x * 2));\n',
      'CREATE TABLE u (x COLLATE NOCASE);\n',
      INDEX,
      'CREATE INDEX j ON u (x);\n',
      'CREATE VIRTUAL TABLE f USING fts5(x);\n',
      "INSERT INTO t(b) VALUES('it''s');\n",
      'INSERT INTO t(a,b) VALUES(9,NULL);\n',
      'INSERT INTO u(x) VALUES(1),(2);\n',
      "INSERT INTO f(x) VALUES('word');\n",
      'CREATE VIEW v AS SELECT 1;\n',
      'CREATE TRIGGER r AFTER INSERT ON u BEGIN DELETE FROM u; END;\n',
      'PRAGMA user_version=3;\n',
      'DELETE FROM sqlite_sequence;\n',
    )
    const dump = fc.array(statement, { maxLength: 8 }).map(some => some.join(''))
    await fc.assert(
      fc.asyncProperty(fc.array(dump, { minLength: 2, maxLength: 6 }), async dumps => {
        const one = await memoryLoader()
        for (const text of dumps) {
          const alone = await memoryLoader()
          const [among, expected] = await Promise.all(
            [one, alone].map(({ digest }) => digest(text).catch(error => String(error))),
          )
          expect(among).toBe(expected)
        }
      }),
      { numRuns: 100 },
    )
  })
})
