import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openDatabase } from '../../src/database/open-database.js'
import { normalizeSql } from '../../src/schema/normalize-sql.js'
import { meaningfulTokens } from '../../src/sql/tokens.js'
import { expressions } from './random-schema.js'

function normalize(sql: string): string {
  return normalizeSql(meaningfulTokens(sql))
}

test.each([
  ['a=1', '(A) == (1)'],
  ['a <> b', '"a" != [b]'],
  ['a AND b AND c', 'a AND (b AND c)'],
  ['a AND b AND c', '((a AND b)) AND c'],
  ['a * b + c', '(a * b) + c'],
  ['a - b - c', '(a - b) - c'],
  ['NOT a = b', 'NOT (a = b)'],
  ['a IS NOT b', 'a IS NOT (b)'],
  ['a IS NOT NULL', 'a NOTNULL'],
  ['a IS NOT NULL', 'a NOT NULL'],
  ['a IS NULL', 'a ISNULL'],
  ['a BETWEEN b + 1 AND c', 'a BETWEEN (b + 1) AND (c)'],
  ['x BETWEEN 1 AND 2 AND y', '(x BETWEEN 1 AND 2) AND y'],
  ['a LIKE b', '(a) LIKE (b)'],
  ['a NOT LIKE b', '(a) NOT LIKE (b)'],
  ['CASE WHEN a THEN b ELSE c END', 'case when (a) then (b) else (c) end'],
  ['abs(a)', 'ABS((a))'],
  ['- a', '-(a)'],
  ['SELECT a FROM t WHERE b ORDER BY c', 'select (a) from t where ((b)) order by (c)'],
  ['SELECT key FROM t', 'SELECT "key" FROM t'],
  ['a -- one\n', '/* two */ a'],
  ['1e3', '1E3'],
  ["x'ab'", "X'AB'"],
])('%j and %j are spellings of the same', (one, two) => {
  expect(normalize(one)).toBe(normalize(two))
})

test.each([
  ['a - (b - c)', 'a - b - c'],
  ['a AND (b OR c)', 'a AND b OR c'],
  ['(NOT a) = b', 'NOT a = b'],
  ['-(a + b)', '-a + b'],
  ['a BETWEEN b AND (c = d)', 'a BETWEEN b AND c = d'],
  ['(a = b) COLLATE nocase', 'a = b COLLATE nocase'],
  ['x IN ((SELECT 1))', 'x IN (SELECT 1)'],
  ['a = (b, c)', 'a = b'],
  ["'A'", "'a'"],
  ["'a'", '"a"'],
  ['SELECT "order" FROM t', 'SELECT order FROM t'],
  ['"true"', 'true'],
  ['"current_date"', 'current_date'],
  ['"a b"', '"ab"'],
  ['a || (b = c)', 'a || b = c'],
  ['(a, b) = (1, 2)', 'a, b = 1, 2'],
])('%j and %j are not', (one, two) => {
  expect(normalize(one)).not.toBe(normalize(two))
})

test('the normal form of an expression has its value', async () => {
  await using db = await openDatabase(
    { name: 'scratch', path: ':memory:' },
    { mode: 'create', busyTimeoutMs: 0 },
  )
  await db.run('CREATE TABLE t (a, b, c, d)')
  await db.run(
    "INSERT INTO t VALUES (1, 2, 3, 4), (0, NULL, -1, 2.5), ('x', '1', 0, 1), (NULL, 3, '3', 0)",
  )
  const expression = fc.oneof(expressions.number, expressions.condition)
  await fc.assert(
    fc.asyncProperty(expression, async text => {
      const normal = normalize(text)
      expect(await db.query(`SELECT ${normal} AS value FROM t`)).toEqual(
        await db.query(`SELECT ${text} AS value FROM t`),
      )
      expect(normalize(normal)).toBe(normal)
    }),
    { numRuns: 500 },
  )
})
