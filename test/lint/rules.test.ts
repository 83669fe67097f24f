import { describe, expect, test } from 'vitest'
import { lintMigration } from '../../src/lint/lint-migration.js'
import { RULES } from '../../src/lint/rules.js'
import type { Migration } from '../../src/migrate/migration.js'
import { splitStatements } from '../../src/sql/split-statements.js'
import { schemaOf } from '../schema/schema-of.js'

const BEFORE = `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT);
  CREATE INDEX t_a ON t (a); CREATE TRIGGER t_x AFTER INSERT ON t BEGIN SELECT 1; END;`
const REBUILD = `CREATE TABLE new_t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER);
  INSERT INTO new_t SELECT * FROM t; DROP TABLE t; ALTER TABLE new_t RENAME TO t;`
const AGAIN = `CREATE INDEX t_a ON t (a); CREATE TRIGGER t_x AFTER INSERT ON t BEGIN SELECT 1; END;`

async function codes(up: string, down: string, onServers: boolean): Promise<string[]> {
  const migration: Migration = {
    name: '20260101000000_m',
    kind: 'sql',
    file: '/m/20260101000000_m.up.sql',
    downFile: '/m/20260101000000_m.down.sql',
    checksum: '',
    transaction: true,
    foreignKeys: 'off',
    up: splitStatements(up),
    down: splitStatements(down),
  }
  const [before, after] = await Promise.all([
    schemaOf(BEFORE),
    schemaOf(BEFORE, withoutRefused(up)),
  ])
  return lintMigration(migration, { before, after, onServers }).map(({ code }) => code)
}

function withoutRefused(sql: string): string {
  return /VACUUM|ATTACH|TEMP/.test(sql) ? '' : sql
}

/** What each rule finds. */
const FOUND: Record<string, [up: string, down?: string][]> = {
  'drops-table': [['DROP INDEX t_a; DROP TRIGGER t_x; drop table if exists "T"']],
  'drops-column': [['ALTER TABLE t DROP COLUMN b'], ['alter table main.t drop b']],
  'not-null-without-default': [['ALTER TABLE t ADD COLUMN c TEXT NOT NULL']],
  'default-by-alter': [
    ['ALTER TABLE t ADD COLUMN c TEXT DEFAULT CURRENT_TIMESTAMP'],
    ["ALTER TABLE t ADD c TEXT DEFAULT (date('now'))"],
  ],
  'stored-by-alter': [['ALTER TABLE t ADD COLUMN c AS (a) STORED']],
  'adds-unique': [['CREATE UNIQUE INDEX IF NOT EXISTS u ON t (b)']],
  'rebuild-loses': [[REBUILD]],
  'random-default': [['CREATE TABLE n (id BLOB DEFAULT (randomblob(16)))']],
  'rewrites-table': [["UPDATE t SET b = 'x'"], [`${REBUILD} ${AGAIN}`]],
  'down-destroys': [
    ['CREATE TABLE n (x)', 'DROP TABLE n; DROP TABLE t'],
    ["INSERT INTO t (a) VALUES ('x')", 'DELETE FROM t'],
  ],
  'server-refuses': [
    ['VACUUM'],
    ["ATTACH 'x' AS y"],
    ['CREATE TEMP TABLE x (y)'],
    ['PRAGMA journal_mode = wal'],
    ['CREATE TABLE n (x)', 'ANALYZE'],
  ],
}

describe('lint', () => {
  test.each(
    Object.entries(FOUND).flatMap(([code, pairs]) =>
      pairs.map(([up, down]): [string, string, string] => [code, up, down ?? '']),
    ),
  )('finds %s in %j and %j', async (code, up, down) => {
    expect(await codes(up, down, code === 'server-refuses')).toContain(code)
  })

  test.each([
    ['a table that it makes itself', 'CREATE TABLE n (x UNIQUE); DROP TABLE n', ''],
    [
      'a new table with an index',
      'CREATE TABLE n (x); CREATE UNIQUE INDEX u ON n (x)',
      'DROP TABLE n',
    ],
    ['a nullable column', 'ALTER TABLE t ADD COLUMN c TEXT', 'ALTER TABLE t DROP COLUMN c'],
    ['a column with a default', "ALTER TABLE t ADD c TEXT NOT NULL DEFAULT 'x'", ''],
    ['a negative default', 'ALTER TABLE t ADD c INTEGER DEFAULT -1', ''],
    ['a default of true', 'ALTER TABLE t ADD c INTEGER DEFAULT TRUE', ''],
    ['a virtual column', 'ALTER TABLE t ADD COLUMN c AS (a)', 'ALTER TABLE t DROP COLUMN c'],
    ['an index', 'CREATE INDEX t_b ON t (b)', 'DROP INDEX t_b'],
    ['an update of some rows', "UPDATE t SET b = 'x' WHERE a = 'y'", ''],
    ['what a server refuses, where there is none', 'VACUUM', ''],
    [
      'words in strings',
      "INSERT INTO t (a) VALUES ('DROP TABLE t')",
      "DELETE FROM t WHERE a = 'x'",
    ],
  ])('finds nothing in %s', async (_what, up, down) => {
    expect(await codes(up, down, false)).toEqual([])
  })

  test('takes a rebuilt table for no dropped one', async () => {
    const again = `${REBUILD} ${AGAIN}`
    expect(await codes(again, again, false)).toEqual(['rewrites-table'])
    expect(await codes(`DROP INDEX t_a; DROP TRIGGER t_x; ${REBUILD}`, '', false)).toEqual([
      'rewrites-table',
    ])
  })

  test('lets a server run what it runs', async () => {
    const sql = 'PRAGMA user_version = 3; REINDEX; CREATE TABLE temp_x (y)'
    expect(await codes(sql, '', true)).toEqual([])
  })

  test('has an example of every rule', () => {
    expect(Object.keys(FOUND)).toEqual(RULES.map(({ code }) => code))
  })
})
