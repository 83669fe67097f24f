import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { splitStatements } from '../../src/sql/split-statements.js'
import { refusedInTransaction } from '../../src/sql/statement-facts.js'

let directory: string
let db: Database.Database
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dbfleet-sql-'))
  db = new Database(join(directory, 'a.db'))
  db.exec('CREATE TABLE t (a)')
})
afterEach(() => {
  db.close()
  rmSync(directory, { recursive: true })
})

test.each([
  ['delete', 'PRAGMA journal_mode = WAL', 'cannot change into wal mode'],
  ['wal', 'PRAGMA main.journal_mode(DELETE)', 'cannot change out of wal mode'],
])('from %s, %s is refused in a transaction', (before, sql, message) => {
  db.pragma(`journal_mode = ${before}`)
  db.exec('BEGIN IMMEDIATE')
  expect(() => db.exec(sql)).toThrow(message)
  expect(splitStatements(sql).map(refusedInTransaction)).toEqual(['PRAGMA journal_mode'])
})

test('the other modes outlive a rollback, so they are refused as well', () => {
  db.exec('BEGIN IMMEDIATE; PRAGMA journal_mode = TRUNCATE; ROLLBACK')
  expect(db.pragma('journal_mode', { simple: true })).toBe('truncate')
})
