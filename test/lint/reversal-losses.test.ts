import { describe, expect, it } from 'vitest'
import { downLosses, reversalLosses } from '../../src/lint/reversal-losses.js'
import type { Migration } from '../../src/migrate/migration.js'
import { splitStatements } from '../../src/sql/split-statements.js'
import { schemaOf } from '../schema/schema-of.js'

const BEFORE = `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT, "Set" TEXT,
  g TEXT GENERATED ALWAYS AS (a || b) VIRTUAL);
  CREATE VIRTUAL TABLE words USING fts5(text);`

async function losses(
  judge: typeof reversalLosses,
  up: string,
  { down = '', kind = 'sql' as Migration['kind'] } = {},
): Promise<string[]> {
  const migration: Migration = {
    name: '20260101000000_m',
    kind,
    file: '/m/20260101000000_m',
    checksum: '',
    transaction: true,
    foreignKeys: 'off',
    up: kind === 'sql' ? splitStatements(up) : [],
    down: splitStatements(down),
  }
  const [before, after] = await Promise.all([schemaOf(BEFORE), schemaOf(BEFORE, up)])
  return judge(migration, { before, after })
}

const REBUILT = `CREATE TABLE n (id INTEGER PRIMARY KEY, a TEXT, "Set" TEXT);
  INSERT INTO n SELECT id, a, "Set" FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t`

describe('what reverting does not bring back', () => {
  it.each([
    ['DROP TABLE t', 'drops the table t'],
    ['DROP TABLE words', 'drops the virtual table words'],
    ['ALTER TABLE t DROP COLUMN "Set"', 'drops the column t.set'],
    ['DELETE FROM t WHERE id = 1', 'deletes rows of t'],
    ['UPDATE t SET a = lower(a) WHERE id > 1', 'changes values of t.a'],
    [`UPDATE OR IGNORE t SET "Set" = 1, (id, a) = (SELECT 1, 2)`, 'changes values of t.set'],
    [REBUILT, 'rebuilds, and removes the column t.b'],
  ])('%s', async (up, reason) => {
    expect(await losses(reversalLosses, up)).toContain(reason)
  })

  it.each([
    ['CREATE TABLE n (x); INSERT INTO n SELECT a FROM t; UPDATE n SET x = 1; DELETE FROM n', ''],
    ['ALTER TABLE t ADD COLUMN c; UPDATE t SET c = a', ''],
    ['ALTER TABLE t DROP COLUMN g', ''],
    ['CREATE INDEX t_a ON t (a); DROP INDEX t_a', ''],
    ["UPDATE t SET a = a || '!'", "UPDATE t SET a = rtrim(a, '!')"],
    [REBUILT.replaceAll('id, a, ', 'id, a, b, ').replace('a TEXT,', 'a TEXT, b TEXT,'), ''],
  ])('but not: %s', async (up, down) => {
    expect(await losses(reversalLosses, up, { down })).toEqual([])
  })

  it('judges a module by the schemas around it', async () => {
    const kind = 'module'
    expect(await losses(reversalLosses, 'ALTER TABLE t DROP COLUMN "Set"', { kind })).toEqual([
      'removes the column t.Set',
    ])
    expect(await losses(reversalLosses, 'DROP TABLE t', { kind })).toEqual(['removes the table t'])
    expect(await losses(reversalLosses, 'CREATE TABLE n (x)', { kind })).toEqual([])
  })
})

it('says what a down removed, but for what comes back by itself', async () => {
  const up =
    'CREATE TABLE n (x); ALTER TABLE t ADD COLUMN c; ALTER TABLE t ADD COLUMN v AS (a) VIRTUAL'
  const down =
    'ALTER TABLE t DROP COLUMN v; ALTER TABLE t DROP COLUMN c; DELETE FROM t WHERE id = 9; DROP TABLE n'
  expect(await losses(downLosses, up, { down })).toEqual([
    'the values of t.c',
    'what was deleted from t',
    'the rows of n',
  ])
})
