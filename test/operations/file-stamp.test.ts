import { linkSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { isSettled, stampOf } from '../../src/operations/members/file-stamp.js'
import { temporaryDirectories } from '../temporary-directory.js'

const SECOND = 1_000_000_000n

describe('the stamp of a database', () => {
  const directory = temporaryDirectories()

  function database(mode: 'wal' | 'delete') {
    const path = join(directory(), 'a.db')
    const db = new Database(path)
    db.pragma(`journal_mode = ${mode}`)
    db.exec('CREATE TABLE t (x)')
    return { path, db }
  }

  test('stays while somebody reads', () => {
    for (const mode of ['wal', 'delete'] as const) {
      const { path, db } = database(mode)
      const before = stampOf(path)
      const reader = new Database(path, { readonly: true })
      reader.prepare('SELECT * FROM t').all()
      reader.close()
      expect(before).toBeDefined()
      expect(stampOf(path)?.text).toBe(before?.text)
      db.close()
    }
  })

  test('changes with a commit that is in the log alone', () => {
    const { path, db } = database('wal')
    db.pragma('wal_checkpoint(TRUNCATE)')
    db.exec('INSERT INTO t VALUES (1)')
    const before = stampOf(path)
    db.exec('CREATE TABLE u (x)')
    expect(stampOf(path)?.text).not.toBe(before?.text)
    db.close()
  })

  test('changes when another file of the same size and time takes its place', () => {
    const cwd = directory()
    const [path, other] = [join(cwd, 'a.db'), join(cwd, 'b.db')]
    for (const file of [path, other]) {
      writeFileSync(file, 'x')
      utimesSync(file, 1, 1)
    }
    const before = stampOf(path)
    renameSync(other, path)
    expect(stampOf(path)?.text).not.toBe(before?.text)
  })

  test('changes when somebody sets the time back', () => {
    const path = join(directory(), 'a.db')
    writeFileSync(path, 'x')
    utimesSync(path, 1, 1)
    const before = stampOf(path)
    writeFileSync(path, 'y')
    utimesSync(path, 1, 1)
    linkSync(path, `${path}2`)
    expect(stampOf(path)?.text).not.toBe(before?.text)
  })

  test('of a link is that of the file that it leads to, whose log is beside it', () => {
    const { path, db } = database('wal')
    const link = join(directory(), 'link.db')
    symlinkSync(path, link)
    const before = stampOf(link)
    expect(before?.text).toBe(stampOf(path)?.text)
    db.exec('INSERT INTO t VALUES (1)')
    expect(stampOf(link)?.text).not.toBe(before?.text)
    db.close()
  })

  test('is not there for a file that is not', () => {
    expect(stampOf(join(directory(), 'none.db'))).toBeUndefined()
  })
})

test.each([
  ['a moment ago', 0n, 5n, false],
  ['in the same tick', 7n, 60_000_000n, false],
  ['a while ago', 7n, SECOND, true],
  ['at a full second, which may be all that the file system knows', 0n, SECOND, false],
  ['at a full second long ago', 0n, 3n * SECOND, true],
  ['in the future', 7n, -SECOND, false],
])('a stamp of %s', (_when, fraction, age, settled) => {
  const changedNs = 1_000n * SECOND + fraction
  expect(isSettled({ text: '', changedNs }, changedNs + age)).toBe(settled)
})
