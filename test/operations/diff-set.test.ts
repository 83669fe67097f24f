import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { openFleet } from '../../src/operations/open-fleet.js'
import { manifestOf } from '../cli/backup-sets.js'
import { temporaryDirectories } from '../temporary-directory.js'

describe('diff with a database in a backup set', () => {
  const directory = temporaryDirectories()

  async function backedUp() {
    const cwd = directory()
    mkdirSync(join(cwd, 'databases'))
    const path = join(cwd, 'databases', 'alice.db')
    change(
      path,
      `CREATE TABLE t (id INTEGER PRIMARY KEY, x); CREATE INDEX t_x ON t (x);
      CREATE VIRTUAL TABLE f USING fts5(body); CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;
      INSERT INTO t VALUES (1, 'a;b'); INSERT INTO f VALUES ('CREATE TABLE no (x);')`,
    )
    const fleet = await openFleet({ cwd, config: { fleet: [{ files: 'databases/*.db' }] } })
    const { set } = await fleet.backup()
    return { fleet, set, path }
  }

  function change(path: string, sql: string): void {
    const db = new Database(path)
    db.exec(sql)
    db.close()
  }

  it('shows what changed since', async () => {
    const { fleet, set, path } = await backedUp()
    expect((await fleet.diff('latest#alice', 'alice')).differences).toEqual([])
    change(path, 'DROP INDEX t_x; CREATE TABLE later (y)')
    const { differences } = await fleet.diff(`${set}#alice`, 'alice')
    expect(differences).toHaveLength(2)
  })

  it('says what is wrong with the set or the name', async () => {
    const { fleet, set } = await backedUp()
    const code = (a: string) => fleet.diff(a, 'alice').catch(error => error.code)
    expect(await code('latest#bob')).toBe('unknown-database')
    expect(await code('nowhere#alice')).toBe('unknown-set')
    const object = join(set, manifestOf(set).databases[0]?.object?.file ?? '')
    const bytes = readFileSync(object)
    bytes[40] = (bytes[40] ?? 0) ^ 1
    writeFileSync(object, bytes)
    expect(await code('latest#alice')).toBe('object-damaged')
  })
})
