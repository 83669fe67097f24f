import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type SqlStatement, splitStatements } from '../../src/sql/split-statements.js'
import {
  dropsTable,
  isTransactionControl,
  refusedInTransaction,
} from '../../src/sql/statement-facts.js'

function only(sql: string): SqlStatement {
  const [statement, ...others] = splitStatements(sql)
  if (statement === undefined || others.length > 0) throw new Error(`not one statement: ${sql}`)
  return statement
}

let db: Database.Database
beforeEach(() => {
  db = new Database(':memory:')
  db.exec('CREATE TABLE t (a); CREATE TEMP TABLE u (a)')
})
afterEach(() => {
  db.close()
})

describe('isTransactionControl', () => {
  test.each(['BEGIN', 'begin immediate', 'BEGIN EXCLUSIVE TRANSACTION'])(
    '%s opens a transaction',
    sql => {
      expect(isTransactionControl(only(sql))).toBe(true)
      db.exec(sql)
      expect(db.inTransaction).toBe(true)
    },
  )

  test.each([
    'COMMIT',
    'end',
    'END TRANSACTION',
    '/* c */ rollback',
    'ROLLBACK TRANSACTION',
    'ROLLBACK TRANSACTION "to"',
  ])('%s ends a transaction', sql => {
    expect(isTransactionControl(only(sql))).toBe(true)
    db.exec(`BEGIN; SAVEPOINT s; ${sql}`)
    expect(db.inTransaction).toBe(false)
  })

  test.each([
    'SAVEPOINT s2',
    'RELEASE s',
    'ROLLBACK TO s',
    'ROLLBACK TRANSACTION TO SAVEPOINT s',
    'ROLLBACK TRANSACTION "any name" TO s',
    "ROLLBACK TRANSACTION 'any' /* c */ to s",
    'EXPLAIN COMMIT',
    'SELECT 1 AS "COMMIT"',
    'CREATE TABLE "begin" (a)',
  ])('%s does neither', sql => {
    expect(isTransactionControl(only(sql))).toBe(false)
    db.exec(`BEGIN; SAVEPOINT s; ${sql}`)
    expect(db.inTransaction).toBe(true)
  })

  test('a name that Unicode would upper-case to a keyword is none', () => {
    expect(isTransactionControl(only('commıt'))).toBe(false)
    expect(() => db.exec('commıt')).toThrow('syntax error')
  })
})

test.each([
  ['DROP TABLE t', true],
  ['drop /* c */ table if exists main."t"', true],
  ['DROP VIEW t', false],
  ['DROP INDEX "TABLE"', false],
  ['ALTER TABLE t DROP COLUMN a', false],
  ['EXPLAIN DROP TABLE t', false],
])('dropsTable(%s) is %s', (sql, expected) => {
  expect(dropsTable(only(sql))).toBe(expected)
})

describe('refusedInTransaction', () => {
  test.each([
    ['VACUUM', 'VACUUM'],
    ["vacuum main into 'never-written.db'", 'VACUUM'],
    ['DETACH other', 'DETACH'],
    ['DETACH DATABASE "other"', 'DETACH'],
    ['PRAGMA synchronous = OFF', 'PRAGMA synchronous'],
    ['PRAGMA main . "synchronous" (1)', 'PRAGMA synchronous'],
    ['PRAGMA temp_store = 2', 'PRAGMA temp_store'],
    ['PRAGMA wal_checkpoint', 'PRAGMA wal_checkpoint'],
    ['PRAGMA main.wal_checkpoint(TRUNCATE)', 'PRAGMA wal_checkpoint'],
  ])('%s is refused by the engine', (sql, name) => {
    expect(refusedInTransaction(only(sql))).toBe(name)
    db.exec("ATTACH ':memory:' AS other; BEGIN IMMEDIATE")
    expect(() => db.exec(sql)).toThrow(/transaction|locked/)
  })

  test.each([
    'PRAGMA foreign_keys = OFF',
    'PRAGMA foreign_keys == 0',
    'pragma Foreign_Keys(no)',
    'PRAGMA /* c */ [foreign_keys] /* = */ = off',
    "PRAGMA 'foreign_keys' = off",
  ])('%s is ignored by the engine', sql => {
    expect(refusedInTransaction(only(sql))).toBe('PRAGMA foreign_keys')
    db.exec(`BEGIN; ${sql}`)
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1)
    db.exec(`ROLLBACK; ${sql}`)
    expect(db.pragma('foreign_keys', { simple: true })).toBe(0)
  })

  test.each([
    "ATTACH ':memory:' AS another",
    'PRAGMA journal_mode',
    'PRAGMA foreign_keys',
    'PRAGMA main.synchronous',
    'PRAGMA temp_store',
    'PRAGMA user_version = 3',
    'PRAGMA application_id = 7',
    'PRAGMA defer_foreign_keys = ON',
    'PRAGMA legacy_alter_table = ON',
    'EXPLAIN VACUUM',
    'REINDEX',
    'ANALYZE',
    'SELECT 1 AS vacuum',
    'CREATE TABLE "VACUUM" (a)',
  ])('%s is allowed by the engine', sql => {
    expect(refusedInTransaction(only(sql))).toBe(undefined)
    db.exec(`BEGIN IMMEDIATE; ${sql}`)
    expect(db.inTransaction).toBe(true)
  })
})
