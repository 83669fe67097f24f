import { createClient } from '@libsql/client'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { needsLibsql } from '../../src/sql/needs-libsql.js'

const setUp = `CREATE TABLE t (id INTEGER PRIMARY KEY, a, e F32_BLOB(3));
  CREATE TABLE vector (id INTEGER PRIMARY KEY);
  CREATE TABLE random (random);`

async function libsqlError(sql: string): Promise<string | undefined> {
  const client = createClient({ url: ':memory:' })
  try {
    await client.executeMultiple(setUp + sql)
    return undefined
  } catch (error) {
    return String(error)
  } finally {
    client.close()
  }
}

function sqliteError(sql: string): string | undefined {
  const db = new Database(':memory:')
  try {
    db.exec(setUp + sql)
    return undefined
  } catch (error) {
    return String(error)
  } finally {
    db.close()
  }
}

test.each([
  ['CREATE TABLE r (a) RANDOM ROWID', 'RANDOM ROWID'],
  ['create temp table r (a int, check (a > (1)))strict,random/**/rowid', 'RANDOM ROWID'],
  ['SELECT 1; CREATE TABLE IF NOT EXISTS "r" (a) RANDOM ROWID;', 'RANDOM ROWID'],
  ['ALTER TABLE t ALTER COLUMN a TO a TEXT', 'ALTER COLUMN'],
  ['alter table main."t" alter/**/column a to a text default (1)', 'ALTER COLUMN'],
  ['EXPLAIN ALTER TABLE t ALTER COLUMN a TO a TEXT', 'ALTER COLUMN'],
  ['CREATE INDEX i ON t (libsql_vector_idx(e))', 'libsql_vector_idx'],
  ["INSERT INTO t (e) VALUES (vector('[1,2,3]'))", 'vector'],
  ["SELECT VECTOR32 ('[1]')", 'vector32'],
  ["SELECT 1+vector64/* c */('[1]')", 'vector64'],
  ["SELECT CASE WHEN vector8('[1]') THEN 1 END", 'vector8'],
  [`SELECT "vector16"('[1]')`, 'vector16'],
  ["SELECT [vectorb16]('[1]')", 'vectorb16'],
  ["SELECT vector1bit('[1]')", 'vector1bit'],
  ["SELECT vector_distance_cos('[1]', '[1]')", 'vector_distance_cos'],
  ["SELECT vector_distance_l2('[1]', '[1]')", 'vector_distance_l2'],
  ["SELECT id FROM t ORDER BY vector_extract(x'0000803f')", 'vector_extract'],
  ["SELECT * FROM t JOIN vector ON vector('[1]') = e", 'vector'],
  ["CREATE TABLE r (v DEFAULT (vector('[1]'))) RANDOM ROWID", 'vector'],
  ['CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; SELECT vector(new.a); END', 'vector'],
])('%s needs it for %s', async (sql, feature) => {
  expect(needsLibsql(sql)).toBe(feature)
  expect(await libsqlError(sql)).toBe(undefined)
  // SQLite looks into a trigger or a default only when it runs.
  if (!/TRIGGER|DEFAULT \(vector/.test(sql)) expect(sqliteError(sql)).toMatch(/error|no such/i)
})

test('vector_top_k is known, with a schema or without', () => {
  expect(needsLibsql("SELECT id FROM vector_top_k('i', x'00', 3)")).toBe('vector_top_k')
  expect(needsLibsql("SELECT id FROM main.vector_top_k('i', x'00', 3)")).toBe('vector_top_k')
})

test.each([
  '',
  "SELECT 'RANDOM ROWID', 'vector(1)', \"random\" FROM random",
  'SELECT 1 -- CREATE TABLE r (a) RANDOM ROWID; vector(1)',
  'SELECT random rowid FROM random',
  'SELECT 1, random rowid FROM (SELECT 1 AS random)',
  'CREATE TABLE r AS SELECT (1) AS one, random rowid FROM random',
  'CREATE TABLE r (random rowid, vector vector(3), "e" vector32(3))',
  'CREATE TABLE r (random PRIMARY KEY) WITHOUT ROWID',
  'CREATE TABLE IF NOT EXISTS vector(id); CREATE TABLE vector32(id); CREATE TABLE main.vector64(id)',
  'INSERT INTO vector(id) VALUES (1); INSERT INTO main . "vector" (id) VALUES (2)',
  'CREATE TABLE r (id REFERENCES vector(id))',
  'CREATE INDEX i ON vector(id); CREATE UNIQUE INDEX i2 ON vector (id)',
  'CREATE VIEW vector32(a) AS SELECT 1',
  'WITH vector(a) AS (SELECT 1) SELECT * FROM vector',
  'WITH RECURSIVE vector(a) AS (SELECT 1) SELECT * FROM vector',
  'SELECT vector.id, random(), CAST(id AS vector(3)) FROM vector',
  'ALTER TABLE t ADD COLUMN embedding vector(3)',
  'ALTER TABLE t ALTER COLUMN a SET NOT NULL',
  'ALTER TABLE t RENAME COLUMN a TO "ALTER COLUMN b TO"',
])('%s runs on SQLite', sql => {
  expect(needsLibsql(sql)).toBe(undefined)
  expect(sqliteError(sql)).toBe(undefined)
})
