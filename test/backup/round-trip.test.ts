import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { temporaryDirectories } from '../temporary-directory.js'
import { contentOf } from './compare.js'
import { digestOf, dumpOf, dumpTo } from './dumps.js'
import { LOADERS } from './loaders.js'

/** Databases by what is special about them. */
const CASES: [what: string, make: (db: Database.Database) => void][] = [
  ['an empty database', () => {}],
  [
    'settings',
    db =>
      db.exec(
        'PRAGMA page_size = 8192; PRAGMA auto_vacuum = 2; PRAGMA user_version = -7; PRAGMA application_id = 252006673; CREATE TABLE t (a)',
      ),
  ],
  [
    'UTF-16 text, some of it invalid',
    db => {
      db.exec("PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (a, b TEXT)")
      db.exec(
        "INSERT INTO t VALUES ('é\nx', CAST(X'00D8' AS TEXT)), (char(0), CAST(X'61' AS TEXT)), ('''', 'a' || char(13, 10))",
      )
    },
  ],
  [
    'rowids with gaps, negative and largest',
    db =>
      db.exec(
        "CREATE TABLE t (a); INSERT INTO t (rowid, a) VALUES (-9223372036854775808, 'least'), (-5, 1), (3, 2), (9223372036854775807, 'most')",
      ),
  ],
  [
    'columns that hide names of the rowid',
    db =>
      db.exec(
        'CREATE TABLE t (rowid TEXT, oid); INSERT INTO t (_rowid_, rowid, oid) VALUES (7, 8, 9); CREATE TABLE u (rowid INTEGER PRIMARY KEY, b); INSERT INTO u VALUES (5, 6)',
      ),
  ],
  [
    'an INTEGER PRIMARY KEY that is not the rowid',
    db =>
      db.exec(
        'CREATE TABLE t (a INTEGER PRIMARY KEY DESC, b); INSERT INTO t (rowid, a, b) VALUES (9, 1, 2), (10, 0, 3)',
      ),
  ],
  [
    'generated columns, STRICT, WITHOUT ROWID',
    db =>
      db.exec(
        `
        CREATE TABLE g (a, b AS (a * 2) STORED, c INT GENERATED ALWAYS AS (a + 1) VIRTUAL, d TEXT);
        INSERT INTO g (a, d) VALUES (1, 'x'), (2.5, NULL);
        CREATE TABLE s (i INT, r REAL, t TEXT, b BLOB, a ANY) STRICT;
        INSERT INTO s VALUES (1, 1, '1', X'01', '1'), (NULL, 9e999, '', X'', 0.0 * -1);
        CREATE TABLE w (a TEXT COLLATE NOCASE, b INT, c, PRIMARY KEY (a DESC, b)) WITHOUT ROWID, STRICT
      `.replace(' WITHOUT ROWID, STRICT', ' WITHOUT ROWID'),
      ),
  ],
  [
    'AUTOINCREMENT and its sequence',
    db =>
      db.exec(
        'CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO t VALUES (5), (900); DELETE FROM t WHERE a = 900; CREATE TABLE never (a INTEGER PRIMARY KEY AUTOINCREMENT)',
      ),
  ],
  [
    'triggers, views in any order, foreign keys in a circle',
    db =>
      db.exec(`PRAGMA foreign_keys = off;
        CREATE VIEW a AS SELECT * FROM b; CREATE VIEW b AS SELECT x FROM z;
        CREATE TABLE z (x INTEGER PRIMARY KEY, y REFERENCES y (x)); CREATE TABLE y (x INTEGER PRIMARY KEY, z REFERENCES z (x));
        INSERT INTO z VALUES (1, 1), (2, 77); INSERT INTO y VALUES (1, 1);
        CREATE TABLE log (what);
        CREATE TRIGGER tr AFTER INSERT ON z BEGIN INSERT INTO log VALUES ('a;' || new.x); END;
        CREATE TRIGGER tv INSTEAD OF INSERT ON b BEGIN SELECT CASE WHEN 1 THEN 2 END; END;`),
  ],
  [
    'comments at the end of definitions, hostile names',
    db =>
      db.exec(`CREATE VIEW v AS SELECT 1 -- the end
        ; CREATE VIEW w AS SELECT 2 /* end */;
        CREATE TABLE "a""b;'c" ("x""y", [select], "line
break" DEFAULT 'it''s;'); INSERT INTO "a""b;'c" VALUES (1, 2, ';');
        CREATE INDEX "i;" ON "a""b;'c" ("x""y") WHERE "select" > 1;`),
  ],
  [
    'expression and partial indexes, collations, defaults',
    db =>
      db.exec(`CREATE TABLE t (a TEXT COLLATE NOCASE UNIQUE, b DEFAULT (1 + 1), c CHECK (c > 0));
        INSERT INTO t (a, c) VALUES ('x', 1), ('Y', 2);
        CREATE UNIQUE INDEX i ON t (lower(a) COLLATE RTRIM DESC) WHERE c > 0`),
  ],
  [
    'statistics',
    db =>
      db.exec(
        "CREATE TABLE t (a, b); CREATE INDEX i ON t (a); WITH c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 50) INSERT INTO t SELECT x % 5, 'b' FROM c; ANALYZE; DROP TABLE sqlite_stat4",
      ),
  ],
  [
    'full text: its own, external, of part of a table, with settings',
    db =>
      db.exec(`
        CREATE VIRTUAL TABLE own USING fts5(title, body UNINDEXED, tokenize = 'porter ascii');
        INSERT INTO own (rowid, title, body) VALUES (-3, 'running late', 'it''s'), (40, 'ran', X'00');
        INSERT INTO own (own, rank) VALUES ('rank', 'bm25(10.0, 5.0)');
        CREATE TABLE notes (id INTEGER PRIMARY KEY, text);
        INSERT INTO notes VALUES (1, 'public alpha'), (2, 'secret alpha');
        CREATE VIRTUAL TABLE everything USING fts5(text, content = 'notes', content_rowid = 'id');
        INSERT INTO everything (everything) VALUES ('rebuild');
        CREATE VIRTUAL TABLE some USING fts5(text, content = notes, content_rowid = id);
        INSERT INTO some (rowid, text) VALUES (1, 'public alpha');
        CREATE VIRTUAL TABLE terms USING fts5vocab(own, 'row')`),
  ],
  [
    'R-trees',
    db =>
      db.exec(
        "CREATE VIRTUAL TABLE r USING rtree(id, x0, x1, +label); INSERT INTO r VALUES (5, 0.1, 0.3, 'it''s'), (-1, 0, 1e10, NULL); CREATE VIRTUAL TABLE i USING rtree_i32(id, a, b); INSERT INTO i VALUES (1, -5, 7)",
      ),
  ],
  [
    'many columns',
    db => {
      const names = Array.from({ length: 900 }, (_, i) => `c${i}`)
      db.exec(`CREATE TABLE t (${names})`)
      db.exec(`INSERT INTO t (c0, c1, c150, c899) VALUES (1, 'text', X'FF', 0.5)`)
    },
  ],
  [
    'more rows than a page, with long ones among them',
    db =>
      db.exec(`CREATE TABLE t (a, b); CREATE TABLE w (k, l, PRIMARY KEY (k, l)) WITHOUT ROWID;
        WITH c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 1500)
          INSERT INTO t SELECT x, CASE WHEN x % 400 = 7 THEN hex(zeroblob(20000)) WHEN x = 900 THEN char(0) ELSE 'it''s ' || x END FROM c;
        INSERT INTO w SELECT b, a FROM t WHERE length(b) < 100; INSERT INTO w SELECT a % 3, a / 7.0 FROM t;
        INSERT INTO w VALUES (X'FF', CAST(X'FF' AS TEXT)), (CAST(X'FF' AS TEXT), 1), (9e999, -9e999)`),
  ],
  [
    'a row larger than is held in memory',
    db => {
      db.exec('CREATE TABLE t (a, b, c)')
      const insert = db.prepare('INSERT INTO t VALUES (?, ?, ?)')
      insert.run('before', null, 1)
      insert.run('é'.repeat(3_000_000), Buffer.alloc(5_000_001, 7), "it's")
      insert.run('after', null, 1)
    },
  ],
]

describe('a dump', () => {
  const directory = temporaryDirectories()

  function database(make: (db: Database.Database) => void): string {
    const path = join(directory(), 'source.db')
    const db = new Database(path)
    make(db)
    db.close()
    return path
  }

  describe.each(LOADERS)('loaded by %s', (_, load) => {
    it.each(CASES)('gives back %s', async (_what, make) => {
      const source = database(make)
      const [sql, copy] = [`${source}.sql`, `${source}.copy`]
      const { plan } = await dumpTo(source, sql)
      expect(plan.remarks).toEqual([])
      await load(sql, copy)
      expect(contentOf(copy)).toEqual(contentOf(source))
      expect(await digestOf(copy)).toBe(await digestOf(source))
      expect((await dumpOf(copy)).bytes.equals((await dumpOf(source)).bytes)).toBe(true)
    })
  })

  it.each(CASES)('is the same by either engine, of %s', async (_what, make) => {
    const source = database(make)
    const { bytes } = await dumpOf(source)
    expect((await dumpOf(source, {}, 'libsql')).bytes.equals(bytes)).toBe(true)
  })

  const value = fc.oneof(
    fc.constant(null),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.double({ noNaN: true }),
    fc.double({ noNaN: true, min: -1e6, max: 1e6 }),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom("'", '\0', '\r\n', '\r', '\n', "\\r'\r\n", '\ufeff', '\u2028', '-- ', ';', ''),
    fc.uint8Array().map(bytes => Buffer.from(bytes)),
  )
  const row = fc.record({
    rowid: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    values: fc.tuple(value, value, value),
    invalid: fc.uint8Array().map(bytes => Buffer.from(bytes)),
  })
  const types = fc.tuple(
    ...Array.from({ length: 3 }, () =>
      fc.constantFrom('', 'INTEGER', 'REAL', 'TEXT', 'BLOB', 'NUMERIC'),
    ),
  )

  it.each(LOADERS)('gives back any rows to the bit, loaded by %s', async (_, load) => {
    const root = directory()
    let run = 0
    await fc.assert(
      fc.asyncProperty(types, fc.array(row, { maxLength: 30 }), async (types, rows) => {
        run += 1
        const [source, sql, copy] = ['db', 'sql', 'copy'].map(end => join(root, `${run}.${end}`))
        const db = new Database(source)
        db.exec(`CREATE TABLE t (a ${types[0]}, b ${types[1]}, c ${types[2]}, d)`)
        db.exec('CREATE TABLE w (k PRIMARY KEY, v) WITHOUT ROWID')
        const insert = db.prepare(
          'INSERT OR IGNORE INTO t (rowid, a, b, c, d) VALUES (?, ?, ?, ?, CAST(? AS TEXT))',
        )
        const insertKey = db.prepare("INSERT OR IGNORE INTO w VALUES (ifnull(?, 'null'), ?)")
        for (const { rowid, values, invalid } of rows) {
          insert.run(rowid, ...values, invalid)
          insertKey.run(values[0], values[1])
        }
        db.close()
        await dumpTo(source as string, sql as string)
        await load(sql as string, copy as string)
        expect(contentOf(copy as string)).toEqual(contentOf(source as string))
      }),
      { numRuns: 15 },
    )
  })
})
