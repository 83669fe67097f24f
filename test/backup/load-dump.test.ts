import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dumpCommands } from '../../src/backup/dump-commands.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { contentOf } from './compare.js'
import { dumpTo } from './dumps.js'
import { loadFile, loadText } from './load.js'
import { dumpWithShell, shellMissing } from './shell.js'

const START = 'PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n'
const TABLE = 'CREATE TABLE t (a, b);\n'

/** Texts that are no dump, or more than one, with what is said of them. */
const REFUSED: [why: string, text: string, line: number, message: RegExp][] = [
  ['ATTACH', "ATTACH '/tmp/x.db' AS x;", 4, /^line 4: ATTACH is no statement of a dump/],
  ['DETACH', 'DETACH x;', 4, /DETACH/],
  ['VACUUM INTO', "VACUUM INTO '/tmp/x.db';", 4, /VACUUM INTO/],
  ['SELECT', "SELECT load_extension('x');", 4, /SELECT/],
  ['a SELECT behind WITH', 'WITH x AS (SELECT 1) SELECT * FROM x;', 4, /WITH/],
  ['UPDATE', 'UPDATE t SET a = 1;', 4, /UPDATE/],
  ['DELETE', 'DELETE FROM t;', 4, /DELETE/],
  ['DELETE with more', "DELETE FROM sqlite_sequence WHERE name=readfile('x');", 4, /DELETE/],
  ['DROP', 'DROP TABLE t;', 4, /DROP/],
  ['ANALYZE of a table', 'ANALYZE t;', 4, /ANALYZE/],
  ['INSERT … SELECT', 'INSERT INTO t SELECT 1, 2;', 4, /literals|INSERT/],
  ['INSERT of a query', 'INSERT INTO t VALUES((SELECT 1),2);', 4, /SELECT/],
  ['INSERT of a function', "INSERT INTO t VALUES(1,readfile('/etc/passwd'));", 4, /readfile/],
  ['INSERT OR REPLACE', 'INSERT OR REPLACE INTO t VALUES(1,2);', 4, /INSERT/],
  ['INSERT … RETURNING', 'INSERT INTO t VALUES(1,2) RETURNING a;', 4, /INSERT/],
  ['a function behind rows', "INSERT INTO t VALUES(1,2),\n(3,writefile('x','y'));", 5, /writefile/],
  ['infinity as sqld writes it', 'INSERT INTO t VALUES(1,inf);', 4, /inf, which is no SQL; sqld/],
  ['PRAGMA', 'PRAGMA journal_mode=WAL;', 4, /PRAGMA journal_mode/],
  ['PRAGMA with an expression', 'PRAGMA user_version;', 4, /PRAGMA user_version/],
  ['a setting that comes late', 'PRAGMA page_size=512;', 4, /too late/],
  ['a temporary table', 'CREATE TEMP TABLE x (a);', 4, /CREATE TEMP/],
  ['CREATE TABLE … AS', "CREATE TABLE x AS SELECT readfile('x');", 4, /readfile|AS/],
  ['CREATE TABLE … AS without calls', 'CREATE TABLE x AS SELECT 1;', 4, /runs a query/],
  ['a default that reads files', "CREATE TABLE x (a DEFAULT (readfile('x')));", 4, /readfile\(\)/],
  ['a check that writes files', "CREATE TABLE x (a CHECK (writefile('x', a)));", 4, /writefile/],
  ['a quoted call', 'CREATE VIEW x AS SELECT "readfile"(\'x\');', 4, /readfile/],
  ['a table function', "CREATE VIEW x AS SELECT * FROM fsdir('/');", 4, /fsdir/],
  [
    'a trigger that loads code',
    "CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT load_extension('x'); END;",
    4,
    /the trigger calls load_extension\(\)/,
  ],
  [
    'a module that reads files',
    "CREATE VIRTUAL TABLE x USING csv(filename='/x');",
    4,
    /module csv/,
  ],
  [
    'a table of the schema itself',
    "INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql) VALUES('table','x','x',0,'CREATE VIRTUAL TABLE x USING fts5(a)');",
    4,
    /INSERT into the schema/,
  ],
  [
    'a trigger by way of the schema',
    "PRAGMA writable_schema=ON;\nINSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql) VALUES('trigger','x','t',0,'CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END');",
    5,
    /no virtual table/,
  ],
  [
    'a module by way of the schema',
    "PRAGMA writable_schema=ON;\nINSERT INTO sqlite_master(type,name,tbl_name,rootpage,sql)VALUES('table','x','x',0,'CREATE VIRTUAL TABLE x USING fsdir()');",
    5,
    /module fsdir/,
  ],
  [
    'what the shell writes of a damaged database',
    'ROLLBACK; -- due to errors',
    4,
    /failed \(ROLLBACK\)/,
  ],
  ['a second BEGIN', 'BEGIN;', 4, /second BEGIN/],
  ['a statement after COMMIT', 'COMMIT;\nCREATE TABLE x (a);', 5, /after COMMIT/],
  ['what SQLite does not take', 'INSERT INTO nowhere VALUES(1);', 4, /no such table: nowhere/],
  ['a row that breaks off', "INSERT INTO t VALUES(1,'abc", 4, /breaks off/],
  ['a statement without its end', 'INSERT INTO t VALUES(1,2)', 4, /breaks off/],
  ['NUL', 'INSERT INTO t VALUES(1,\0);', 4, /breaks off|literals/],
]

describe('restoring a dump', () => {
  const directory = temporaryDirectories()
  const at = () => join(directory(), 'new.db')

  it.each(REFUSED)('refuses %s, with the line', async (_why, text, line, message) => {
    for (const many of [false, true]) {
      const path = `${at()}.${many}`
      const error = await loadText(`${START}${TABLE}${text}`, path, many).catch(error => error)
      expect(error).toMatchObject({ code: 'bad-dump', message: expect.stringMatching(message) })
      expect(error.message).toMatch(new RegExp(`^line ${line}: `))
    }
  })

  it('refuses a dump that breaks off between two statements', async () => {
    await expect(
      loadText(`${START}${TABLE}INSERT INTO t VALUES(1,2);\n`, at()),
    ).rejects.toMatchObject({
      code: 'bad-dump',
      message: 'the dump breaks off before its COMMIT',
    })
  })

  it('refuses whatever is left of a dump that was cut anywhere', async () => {
    const path = at()
    const db = new Database(path)
    db.exec(
      "CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 'x;y''z'), (2, X'00'); CREATE INDEX i ON t (a)",
    )
    db.exec('CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END')
    db.close()
    const { bytes } = await dumpTo(path, `${path}.sql`)
    const whole = bytes.toString().trimEnd().length
    // From its BEGIN on: what is before is a whole text of settings.
    for (let length = bytes.indexOf('BEGIN') + 7; length < whole; length += 1) {
      const copy = `${path}.${length}`
      await expect(loadText(bytes.subarray(0, length), copy)).rejects.toMatchObject({
        code: 'bad-dump',
      })
    }
  })

  it('understands a dump without a transaction', async () => {
    const path = at()
    await loadText("CREATE TABLE t (a);\nINSERT INTO t VALUES ('é');\n-- the end\n", path)
    expect(contentOf(path)).toMatchObject({ rows: { t: [[1n, 'text', 'xc3a9']] } })
  })

  it('makes triggers when the rows are there, wherever they stand', async () => {
    const path = at()
    await loadText(
      `${START}${TABLE}CREATE TRIGGER x AFTER INSERT ON t BEGIN UPDATE t SET a = 0; END;\nINSERT INTO t VALUES(1,2);COMMIT;`,
      path,
    )
    expect(contentOf(path)).toMatchObject({ rows: { t: [[1n, 'integer', 1n, 'integer', 2n]] } })
  })

  it('restores rows that break rules of their tables', async () => {
    const path = at()
    await loadText(
      `${START}CREATE TABLE p (a PRIMARY KEY);CREATE TABLE c (a REFERENCES p (a), b CHECK (b > 0));INSERT INTO c VALUES(7,-1);COMMIT;`,
      path,
    )
    expect(contentOf(path)).toMatchObject({ rows: { c: [[1n, 'integer', 7n, 'integer', -1n]] } })
  })

  it('reads what gzip compressed', async () => {
    const path = at()
    await loadText(gzipSync(`${START}${TABLE}INSERT INTO t VALUES(1,2);COMMIT;`), path)
    expect(contentOf(path)).toMatchObject({ rows: { t: [[1n, 'integer', 1n, 'integer', 2n]] } })
    const cut = gzipSync(`${START}${TABLE}COMMIT;`).subarray(0, 40)
    await expect(loadText(cut, at())).rejects.toMatchObject({ code: 'dump-unreadable' })
  })

  it('makes a database that only libSQL can hold with nothing else', async () => {
    const sql = `${START}CREATE TABLE t (a) RANDOM ROWID;COMMIT;`
    await expect(loadText(sql, at())).rejects.toMatchObject({ code: 'needs-libsql' })
  })

  it('carries full-text tables that keep no text, by an entry of the schema', async () => {
    const source = at()
    const db = new Database(source)
    db.exec(
      "CREATE VIRTUAL TABLE f USING fts5(a, content = ''); INSERT INTO f (rowid, a) VALUES (3, 'hello there')",
    )
    db.exec("CREATE VIRTUAL TABLE o USING fts4(a); INSERT INTO o VALUES ('good morning')")
    db.close()
    const { text, plan } = await dumpTo(source, `${source}.sql`)
    expect(text).toContain('PRAGMA writable_schema=ON;\nINSERT INTO sqlite_schema')
    expect(plan.remarks.map(({ lost }) => lost)).toEqual([false, false])
    for (const engine of ['better-sqlite3', 'libsql'] as const) {
      const copy = `${source}.${engine}`
      await loadFile(`${source}.sql`, copy, engine)
      const restored = new Database(copy, { readonly: true })
      expect(restored.prepare("SELECT rowid FROM f WHERE f MATCH 'there'").pluck().all()).toEqual([
        3,
      ])
      expect(restored.prepare("SELECT a FROM o WHERE o MATCH 'morning'").pluck().all()).toEqual([
        'good morning',
      ])
      expect(restored.pragma('integrity_check', { simple: true })).toBe('ok')
      restored.close()
    }
  })

  it.runIf(shellMissing() === undefined || process.env.CI)(
    'understands what the sqlite3 shell dumps, invalid text too',
    async () => {
      const source = at()
      const db = new Database(source)
      db.exec(`CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, b);
        INSERT INTO t (b) VALUES ('a' || char(10) || 'b' || char(13, 10) || 'it''s'), (CAST(X'FFFE41' AS TEXT)), ('é'), (1e300), (9e999), (X'00FF'), (NULL);
        CREATE VIRTUAL TABLE f USING fts5(x); INSERT INTO f VALUES ('hello');
        CREATE TABLE s (k); CREATE INDEX i ON s (k); INSERT INTO s VALUES (1), (2); ANALYZE; DROP TABLE sqlite_stat4;
        CREATE VIEW v AS SELECT * FROM t; CREATE TRIGGER tr AFTER DELETE ON t BEGIN SELECT 1; END`)
      db.close()
      const copy = `${source}.copy`
      await loadText(dumpWithShell(source), copy)
      expect(contentOf(copy)).toEqual(contentOf(source))
    },
  )

  it('reads the same commands however the text is cut into pieces', async () => {
    const text = Buffer.from(
      `-- a comment; with 'signs\n${START}CREATE TABLE "a;b" (x DEFAULT ';''');\nCREATE TRIGGER t AFTER INSERT ON t BEGIN SELECT 'END;'; SELECT 2; END;\nINSERT INTO t VALUES(1,'a''b;'),(2,NULL);\nINSERT INTO t VALUES(3,X'00');\nINSERT INTO t VALUES(3,replace('a\\n','\\n',char(10)));\nCOMMIT;\n`,
    )
    const read = async (sizes: number[]) => {
      async function* pieces() {
        let start = 0
        for (const size of sizes) {
          yield text.subarray(start, start + size)
          start += size
        }
        yield text.subarray(start)
      }
      const rows: unknown[] = []
      for await (const command of dumpCommands(pieces())) {
        // INSERTs may be put together in other ways.
        if (command.kind !== 'insert') rows.push(command)
        else rows.push(...command.insert.rows.split(/(?<=\)),/).map(each => each.trim()))
      }
      return rows
    }
    const whole = await read([])
    expect(whole).toHaveLength(9)
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 30 }),
        async sizes => {
          expect(await read(sizes)).toEqual(whole)
        },
      ),
      { numRuns: 200 },
    )
  })
})
