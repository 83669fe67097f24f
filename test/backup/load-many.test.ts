import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { temporaryDirectories } from '../temporary-directory.js'
import { contentOf } from './compare.js'
import { loadText } from './load.js'

const LITERALS = [
  'NULL',
  "''",
  "'it''s'",
  "'a;b,(c)'",
  "'1'",
  "'é 🙂'",
  "'\n'",
  '0',
  '-0',
  '0.0',
  '-0.0',
  '7',
  '-7',
  '1.0',
  '-2.5',
  '1.5e300',
  '123456789012345678',
  '9223372036854775807',
  '-9223372036854775808',
  '9223372036854775808',
  '3962965456.853',
  '1/2',
  '9e999',
  "X'00ff'",
  "CAST(X'fffe41' AS TEXT)",
  "replace('a\\n','\\n',char(10))",
]

const TABLES = [
  'a, b',
  'a INTEGER, b TEXT',
  'a REAL, b NUMERIC',
  'a BLOB, b "VARCHAR(10)"',
  "a, b DEFAULT 'x', c AS (b || '!')",
  'a TEXT, v AS (a || 1) VIRTUAL, b INT',
  "v INT AS (b) VIRTUAL, a DATETIME DEFAULT CURRENT_TIMESTAMP, b DEFAULT (1 + 2), w AS (v || 'w')",
  'a, b, s AS (a) STORED, v AS (b)',
  'a UNIQUE ON CONFLICT IGNORE, b, v AS (b)',
  'a, b, v AS (b), CHECK (b > 0)',
  'a, b REFERENCES t (a), v AS (b) UNIQUE',
  'id INTEGER PRIMARY KEY, a, b COLLATE NOCASE, v TEXT AS (b)',
  'id INTEGER PRIMARY KEY AUTOINCREMENT, a, b, v AS (b)',
  'a, b, "v ""q" AS (b)',
]

describe('restoring a dump of many rows', () => {
  const directory = temporaryDirectories()

  it('gives the same as restoring one of few', async () => {
    let n = 0
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...TABLES),
        fc.array(fc.tuple(fc.constantFrom(...LITERALS), fc.constantFrom(...LITERALS)), {
          minLength: 1,
          maxLength: 90,
        }),
        fc.boolean(),
        async (columns, rows, isEachAlone) => {
          const tuples = rows.map(([a, b]) => `(${a},${b})`)
          const inserts = isEachAlone
            ? tuples.map(tuple => `INSERT INTO t(a,b) VALUES${tuple};\n`)
            : [`INSERT INTO t(a,b) VALUES\n${tuples.join(',\n')};\n`]
          const text = `BEGIN;\nCREATE TABLE t (${columns}) -- as it is\n;\n${inserts.join('')}CREATE INDEX i ON t (b);\nCREATE VIEW w AS SELECT * FROM t;\nCOMMIT;\n`
          n += 1
          const [few, many] = [join(directory(), `${n}.few`), join(directory(), `${n}.many`)]
          const outcomes = [
            await loadText(text, few).catch(error => error),
            await loadText(text, many, true).catch(error => error),
          ]
          expect(outcomes[1]).toEqual(outcomes[0])
          if (!(outcomes[0] instanceof Error)) expect(contentOf(many)).toEqual(contentOf(few))
        },
      ),
      { numRuns: 150 },
    )
  })

  it('leaves a table that is sound, and is written to as it says', async () => {
    const path = join(directory(), 'new.db')
    await loadText(
      "BEGIN;CREATE TABLE t (id INTEGER PRIMARY KEY, j, k AS (json_extract(j, '$.k')));INSERT INTO t VALUES(1,'{\"k\":5}');CREATE INDEX i ON t (k);COMMIT;",
      path,
      true,
    )
    const db = new Database(path)
    db.exec(`INSERT INTO t (j) VALUES ('{"k":6}')`)
    expect(db.prepare('SELECT id FROM t WHERE k = 6').pluck().all()).toEqual([2])
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(db.pragma('writable_schema', { simple: true })).toBe(0)
    db.close()
  })

  it('makes a table of the same name once', async () => {
    const path = join(directory(), 'new.db')
    await loadText(
      'CREATE TABLE t (a, v AS (a));INSERT INTO t VALUES(1);CREATE TABLE IF NOT EXISTS t (a, v AS (a));INSERT INTO t VALUES(2);',
      path,
      true,
    )
    expect(contentOf(path)).toMatchObject({
      rows: { t: [[1n], [2n]].map(() => expect.anything()) },
    })
  })
})
