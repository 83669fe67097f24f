import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { splitStatements } from '../../src/sql/split-statements.js'
import { anyText, sqlLikeText } from './sql-like-text.js'

function statementsOf(sql: string): string[] {
  return splitStatements(sql).map(statement => statement.sql)
}

const table = 'CREATE TABLE t (a, b)'
const trigger = `CREATE TRIGGER r AFTER INSERT ON t BEGIN
  UPDATE t SET a = CASE WHEN new.b > 1 THEN 'x;' ELSE (CASE new.b WHEN 1 THEN 2 END) END;
  DELETE FROM t WHERE a = ';END;'; -- ; END ;
  SELECT CASE WHEN 1 THEN 2 END;
END`

/** Each is one statement; run in this order, all succeed. */
const wholeStatements = [
  table,
  trigger,
  'CREATE TEMP TRIGGER r2 AFTER DELETE ON t BEGIN SELECT 1; END',
  'create temporary trigger if not exists main_r after update on t begin select 1; select 2; end',
  'CREATE/* c */TRIGGER--;\n"r;3" BEFORE INSERT ON t WHEN new.a IS NULL BEGIN SELECT 1;/*;*/ END',
  'EXPLAIN CREATE TRIGGER r4 AFTER INSERT ON t BEGIN SELECT 1; SELECT 2; END',
  'EXPLAIN QUERY PLAN CREATE TEMP TRIGGER r5 AFTER INSERT ON t BEGIN SELECT 1; END',
  'CREATE TABLE "end" ("end", "begin", [create trigger;], `;`)',
  'CREATE TRIGGER "begin" AFTER DELETE ON "end" BEGIN DELETE FROM "end"; SELECT old."end"; END',
  'CREATE TABLE "CREATE TRIGGER" (a)',
  "INSERT INTO t VALUES (';', x'3b')",
  "INSERT INTO t VALUES ('it''s; \n -- not a comment', 'é😀\u00a0')",
  'WITH c AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM c WHERE n < 3) INSERT INTO t SELECT n, n FROM c',
  'CREATE UNIQUE INDEX i ON t (a, b) WHERE a /* ; */ > 1',
  'CREATE VIEW v AS SELECT a AS "end;" FROM -- ;\n t',
  'SELECT 1 /* ; */ + -- ;\n 2',
]
describe('finding the ends', () => {
  test.each([
    ['', []],
    [' \n\t', []],
    ['-- only\n/* comments; */', []],
    ['/* never ended;', []],
    [';; ;\n;', []],
    ['SELECT 1', ['SELECT 1']],
    ['SELECT 1;;SELECT 2; -- end', ['SELECT 1', 'SELECT 2']],
    ['BEGIN; SELECT 1; END; END TRANSACTION;', ['BEGIN', 'SELECT 1', 'END', 'END TRANSACTION']],
    ['\uFEFFSELECT 1;', ['SELECT 1']],
    ["SELECT 'a; b", ["SELECT 'a; b"]],
    ['CREATE TRIGGERé; END; x', ['CREATE TRIGGERé', 'END', 'x']],
    ['CREATE "TRIGGER"; END', ['CREATE "TRIGGER"', 'END']],
    ['DROP TRIGGER r; SELECT 1', ['DROP TRIGGER r', 'SELECT 1']],
    ['SELECT 1\0; SELECT 2', ['SELECT 1\0; SELECT 2']],
  ])('%j holds the statements %j', (sql, expected) => {
    expect(statementsOf(sql)).toEqual(expected)
  })

  test.each(wholeStatements)('is one statement, alone and among others: %s', sql => {
    expect(statementsOf(sql)).toEqual([sql])
    expect(statementsOf(`${sql};`)).toEqual([sql])
    expect(statementsOf(`;END;\n${sql} -- ;\n;SELECT 1`)).toEqual(['END', sql, 'SELECT 1'])
  })

  test.each([
    'CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; SELECT 2;\nCREATE TABLE u (a);',
    'CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT CASE 1 WHEN 1 THEN 2 END; SELECT 2',
    'CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END CREATE TABLE u (a);',
    'CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; "END"; SELECT 2',
  ])('a trigger without its END runs to the end of the text: %s', sql => {
    expect(statementsOf(`SELECT 1; ${sql} -- c`)).toEqual(['SELECT 1', sql])
  })

  test('splitting, joining and splitting again changes nothing', () => {
    // A vertical tab at the start of a statement is invalid, but behind a line feed it is white space.
    const text = fc.oneof(sqlLikeText, anyText).filter(text => !text.includes('\v'))
    fc.assert(
      fc.property(text, sql => {
        const once = splitStatements(sql)
        const joined = once.map(statement => statement.sql).join(';\n')
        const again = splitStatements(joined)
        expect(again.map(({ sql, words }) => ({ sql, words }))).toEqual(
          once.map(({ sql, words }) => ({ sql, words })),
        )
      }),
      { numRuns: 2000 },
    )
  })

  test('statements come back from a text that was made of them', () => {
    const separator = fc.constantFrom(';', ';;', '; -- ; c\n', '\n;\n/* ; */', ';\r\n\t; \uFEFF')
    const pieces = fc.array(fc.tuple(fc.constantFrom(...wholeStatements), separator))
    fc.assert(
      fc.property(separator, pieces, (start, pieces) => {
        expect(statementsOf(start + pieces.flat().join(''))).toEqual(pieces.map(([sql]) => sql))
      }),
    )
  })

  test('a megabyte of statements, or of anything, is split in linear time', () => {
    const pieces = [
      'INSERT INTO t VALUES (1, 2);\n',
      `${trigger};\n`,
      ';',
      'a;',
      'CREATE TRIGGER a;',
    ]
    for (const piece of pieces) {
      const started = performance.now()
      splitStatements(piece.repeat(1_000_000 / piece.length))
      expect(performance.now() - started).toBeLessThan(5_000)
    }
  })
})

describe('what a statement tells of itself', () => {
  test('its offset and line are those of its first token', () => {
    const sql = '\uFEFF-- a\r\n\n/* b\n */ SELECT\n 1;\nSELECT 2;SELECT 3'
    expect(splitStatements(sql).map(({ offset, line }) => [offset, line])).toEqual([
      [sql.indexOf('SELECT'), 4],
      [sql.indexOf('SELECT 2'), 6],
      [sql.indexOf('SELECT 3'), 6],
    ])
  })

  test('its text is found at its offset, and its line is one more than the line feeds before', () => {
    fc.assert(
      fc.property(sqlLikeText, text => {
        for (const { sql, offset, line } of splitStatements(text)) {
          expect(text.startsWith(sql, offset)).toBe(true)
          expect(line).toBe(text.slice(0, offset).split('\n').length)
        }
      }),
    )
  })

  test.each([
    [
      'create unique/**/index if not exists i on t (a)',
      ['CREATE', 'UNIQUE', 'INDEX', 'IF', 'NOT', 'EXISTS'],
    ],
    ['Drop Table "drop"', ['DROP', 'TABLE']],
    ['drop table über', ['DROP', 'TABLE', 'üBER']],
    ['commıt', ['COMMıT']],
    ['pragma a.b = c', ['PRAGMA', 'A']],
    ['"select" 1', []],
    ['(select 1)', []],
  ])('%j begins with the words %j', (sql, words) => {
    expect(splitStatements(sql).map(statement => statement.words)).toEqual([words])
  })
})

describe('on the real engine', () => {
  function schemaAfter(run: (db: Database.Database) => void) {
    const db = new Database(':memory:')
    let hasFailed = false
    try {
      run(db)
    } catch {
      hasFailed = true
    }
    const schema = db.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema').all()
    const temporary = db.prepare('SELECT type, name, tbl_name, sql FROM temp.sqlite_schema').all()
    const isOpen = db.inTransaction
    db.close()
    return { schema, temporary, isOpen, hasFailed }
  }

  function runOneByOne(db: Database.Database, sql: string): void {
    for (const statement of splitStatements(sql)) {
      const prepared = db.prepare(statement.sql)
      if (prepared.reader) prepared.all()
      else prepared.run()
    }
  }

  test('one by one works where the whole works', () => {
    const sql = wholeStatements.join(';\n')
    const whole = schemaAfter(db => db.exec(sql))
    expect(whole.hasFailed).toBe(false)
    expect(schemaAfter(db => runOneByOne(db, sql))).toEqual(whole)
  })

  test.each([
    `BEGIN; ${table}; ${trigger}; COMMIT;`,
    `BEGIN; ${table}; END; BEGIN; DROP TABLE t; ROLLBACK; SAVEPOINT s; ${trigger}; RELEASE s`,
    `${table}; CREATE TABLE u (a; b); CREATE TABLE w (a)`,
    `${table}; CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; CREATE TABLE u (a);`,
    `${table}; CREATE TRIGGER r; CREATE TABLE u (a); END; CREATE TABLE w (a)`,
    `${table}; SELECT 'open; CREATE TABLE u (a);`,
    `${table}; CREATE TABLE u (a) /* open; CREATE TABLE w (a);`,
    `\uFEFF-- comment;\n${table};;;`,
  ])('one by one gives the schema, or the failure, that the whole gives: %s', sql => {
    expect(schemaAfter(db => runOneByOne(db, sql))).toEqual(schemaAfter(db => db.exec(sql)))
  })

  test('so do statements in any order, with failures among them', () => {
    const statements = fc.array(
      fc.constantFrom(...wholeStatements, 'DROP TABLE t', 'BEGIN', 'COMMIT', 'ROLLBACK', 'BAD', ''),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(statements, list => {
        const sql = [table, ...list].join(';\n')
        expect(schemaAfter(db => runOneByOne(db, sql))).toEqual(schemaAfter(db => db.exec(sql)))
      }),
    )
  })
})
