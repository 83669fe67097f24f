import { expect, test } from 'vitest'
import { causeOf } from '../../src/report/cause.js'
import { failure } from '../output/sample-fleet.js'

/** Two databases that failed alike but for what stands in the messages. */
const ALIKE: [string, string, string][] = [
  ['the name', 'alice: table x already exists', 'bob: table x already exists'],
  ['a quoted name', 'database "alice" is locked', 'database "bob" is locked'],
  ['a path with the name', 'databases/alice.db is read-only', 'databases/bob.db is read-only'],
  ['an absolute path', '/dbs/3f/a1.db: disk I/O error', '/dbs/7c/b2.db: disk I/O error'],
  ['a path with spaces', "cannot open '/my dbs/x 1.db'", "cannot open '/my dbs/y 22.db'"],
  ['a path of Windows', 'C:\\dbs\\x.db is gone', 'D:\\other\\y.db is gone'],
  ['a url', 'no answer from libsql://a.example.org', 'no answer from libsql://b.example.org'],
  ['a number', 'locked for 5003 ms', 'locked for 4998 ms'],
  ['a fraction', 'gave up after 1.5 s', 'gave up after 12 s'],
]

test.each(ALIKE)('%s does not make another cause', (_, alice, bob) => {
  expect(causeOf(failure('alice', alice))).toBe(causeOf(failure('bob', bob)))
})

const DIFFERENT: [string, string, string][] = [
  ['another table', 'table x already exists', 'table y already exists'],
  ['a number in a table', 'no such table: t1', 'no such table: t2'],
  ['another column', 'no such column: 630nm', 'no such column: 415nm'],
  ['another migration', '20260101_a failed', '20260102_a failed'],
  ["another migration's file", '/m/1_a.up.sql:3: near "x"', '/m/2_a.up.sql:3: near "x"'],
]

test.each(DIFFERENT)('%s is another cause', (_, alice, bob) => {
  expect(causeOf(failure('alice', alice))).not.toBe(causeOf(failure('bob', bob)))
})

test('the same words under another code are another cause', () => {
  expect(causeOf(failure('a', 'no', undefined, 'busy'))).not.toBe(
    causeOf(failure('b', 'no', undefined, 'sql')),
  )
})

test('a name inside a longer word is not the name', () => {
  expect(causeOf(failure('a', 'table a_b and aa'))).toBe(causeOf(failure('zz', 'table a_b and aa')))
})

test('a name that looks like a pattern is taken literally', () => {
  const evil = String.raw`.*+?^$\{}()|[]/-`
  expect(causeOf(failure(evil, `${evil}: is gone`))).toBe(causeOf(failure('bob', 'bob: is gone')))
  expect(causeOf(failure('$&', 'x'))).toBe(causeOf(failure('bob', 'x')))
})

test('a long hostile message takes no time', () => {
  const message = `'/${'a:/'.repeat(100_000)}`
  const start = performance.now()
  causeOf(failure('alice', message))
  expect(performance.now() - start).toBeLessThan(2_000)
})

test('10,000 names take no time either', () => {
  const start = performance.now()
  for (let index = 0; index < 10_000; index += 1) {
    causeOf(failure(`user-${index}`, `user-${index}: no such table: t${index}`))
  }
  expect(performance.now() - start).toBeLessThan(5_000)
})
