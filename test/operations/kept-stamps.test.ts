import { existsSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import type { Member } from '../../src/fleet/member.js'
import { KeptStamps } from '../../src/operations/backup/kept-stamps.js'
import { temporaryDirectories } from '../temporary-directory.js'

/** So many that their directory is listed. */
const FILES = 12

describe('what a backup knows of files that stand together', () => {
  const directory = temporaryDirectories()

  /** Databases in WAL mode that nobody has open, and were last written to in the year 2001. */
  function fleet(): Member[] {
    const at = directory()
    const members = Array.from({ length: FILES }, (_, index) => {
      const name = `db${index}`
      const path = join(at, `${name}.db`)
      const db = new Database(path)
      db.pragma('journal_mode = WAL')
      db.exec('CREATE TABLE t (a)').close()
      return { name, path, url: `file:${path}`, source: 'files *.db' }
    })
    for (const { path } of members) utimesSync(path, 1e9, 1e9)
    return members
  }

  /** When a change of its metadata is so long ago that the next one is sure to show. */
  const settled = () => new Promise(resolve => setTimeout(resolve, 150))

  it('sees commits that are in a log only', async () => {
    const members = fleet()
    const [first, second] = members as [Member, Member]
    await settled()
    const quiet = new KeptStamps(members)
    const [was, other] = [quiet.before(first), quiet.before(second)]
    expect(was).toBeDefined()
    const writer = new Database(first.path)
    writer.exec('INSERT INTO t VALUES (1)')
    await settled()
    const busy = new KeptStamps(members)
    expect(busy.before(first)).toContain(' ')
    expect(busy.before(first)).not.toBe(was)
    expect(busy.before(second)).toBe(other)
    writer.close()
  })

  it('keeps no stamp where a log came after the directory was listed', async () => {
    const members = fleet()
    const [first, second] = members as [Member, Member]
    await settled()
    const stamps = new KeptStamps(members)
    const writer = new Database(first.path)
    writer.exec('INSERT INTO t VALUES (1)')
    expect(existsSync(`${first.path}-wal`)).toBe(true)
    const before = stamps.before(first)
    // What is read now has the commit, which the file has not.
    expect(before).toBeDefined()
    expect(stamps.after(first)).toBeUndefined()
    expect(stamps.after(second)).toBe(stamps.before(second))
    writer.close()
    expect(stamps.after(first)).toBeUndefined()
  })
})
