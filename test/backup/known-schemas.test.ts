import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { Definitions } from '../../src/backup/definitions.js'
import type { DumpOptions } from '../../src/backup/dump-plan.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { dumpOf } from './dumps.js'

const PLAIN = `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE, b AS (a || 'x')); CREATE INDEX i ON t (b);
  CREATE VIEW v AS SELECT a FROM t; CREATE TRIGGER r AFTER DELETE ON t BEGIN SELECT 1; END;
  CREATE TABLE w (k TEXT PRIMARY KEY, n) WITHOUT ROWID`
const NOTHING = ''

/** A schema, and what each of several databases with it does next. */
const CASES: [what: string, schema: string, states: string[]][] = [
  [
    'only rows differ',
    PLAIN,
    [NOTHING, "INSERT INTO t (a) VALUES ('it''s')", "INSERT INTO w VALUES ('k', 1)"],
  ],
  ['settings differ', PLAIN, [NOTHING, 'PRAGMA user_version = 7', 'PRAGMA application_id = 9']],
  [
    'counters differ',
    'CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT)',
    [NOTHING, 'INSERT INTO t VALUES (5)', 'INSERT INTO t VALUES (9); DELETE FROM t'],
  ],
  [
    'statistics differ',
    'CREATE TABLE t (a); CREATE INDEX i ON t (a); ANALYZE',
    [NOTHING, 'INSERT INTO t VALUES (1), (2); ANALYZE'],
  ],
  [
    'counters of no table differ',
    'CREATE TABLE t (a); CREATE TABLE s (id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO s VALUES (1); DROP TABLE s',
    ['DELETE FROM sqlite_sequence', "INSERT INTO sqlite_sequence VALUES ('s', 1)"],
  ],
  [
    'a full-text index has its rows or not',
    'CREATE TABLE t (a); CREATE VIRTUAL TABLE f USING fts5(a, content=t)',
    [
      NOTHING,
      "INSERT INTO t VALUES ('x'); INSERT INTO f (f) VALUES ('rebuild')",
      "INSERT INTO t VALUES ('x'), ('y'); INSERT INTO f (rowid, a) VALUES (1, 'x')",
    ],
  ],
  [
    'rowids cannot be written',
    'CREATE TABLE t (rowid, _rowid_, oid)',
    [NOTHING, 'INSERT INTO t VALUES (1, 2, 3)'],
  ],
]
const OPTIONS: DumpOptions[] = [{}, { schemaOnly: true }, { dataOnly: true }, { settings: false }]

describe('what is known of a schema', () => {
  const directory = temporaryDirectories()

  it.each(CASES)('changes no dump, where %s', async (what, schema, states) => {
    const paths = states.map((state, index) => {
      const path = join(directory(), `${what} ${index}.db`)
      new Database(path).exec(schema).exec(state).close()
      return path
    })
    const definitions = new Definitions()
    for (const path of [...paths, ...paths]) {
      for (const options of OPTIONS) {
        const known = await dumpOf(path, options, 'better-sqlite3', definitions)
        const fresh = await dumpOf(path, options)
        expect(known.text).toBe(fresh.text)
        const { remarks, tables, objects } = fresh.plan
        expect(known.plan).toMatchObject({ remarks, tables, objects })
      }
    }
  })
})
