import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { openFleet } from '../../src/operations/open-fleet.js'
import { sumOf } from '../backup/manifests.js'
import { manifestOf } from '../cli/backup-sets.js'
import { temporaryDirectories } from '../temporary-directory.js'

const MIGRATIONS = {
  '20260101000000_create_t.up.sql': 'CREATE TABLE t (id INTEGER PRIMARY KEY, x);\n',
  '20260102000000_create_u.up.sql': 'CREATE TABLE u (id INTEGER PRIMARY KEY);\n',
}
const SECOND = '20260102000000_create_u'

describe('restore of a backup set', () => {
  const directory = temporaryDirectories()

  /** A fleet of databases that hold a number each, and a set of it. */
  async function backedUp(names: readonly string[] = ['alice', 'bob', 'carol']) {
    const cwd = directory()
    mkdirSync(join(cwd, 'databases'))
    for (const [index, name] of names.entries()) write(join(cwd, `databases/${name}.db`), index)
    const fleet = await openFleet({ cwd, config: { fleet: [{ files: 'databases/*.db' }] } })
    const { set } = await fleet.backup()
    const at = (name: string) => join(cwd, 'databases', `${name}.db`)
    return { cwd, fleet, set, at }
  }

  function write(path: string, value: number, before = ''): void {
    const db = new Database(path)
    db.exec(
      `${before}; CREATE TABLE IF NOT EXISTS t (x); DELETE FROM t; INSERT INTO t VALUES (${value})`,
    )
    db.close()
  }

  function valueIn(path: string): unknown {
    const db = new Database(path, { readonly: true })
    try {
      return db.prepare('SELECT x FROM t').pluck().get()
    } finally {
      db.close()
    }
  }

  const keptOf = (cwd: string) => {
    const kept = join(cwd, 'databases/.kept')
    return existsSync(kept) ? readdirSync(kept).map(name => join(kept, name)) : []
  }

  const statuses = ({ databases }: { databases: { name: string; status: string }[] }) =>
    Object.fromEntries(databases.map(({ name, status }) => [name, status]))

  it('brings back what is missing, and skips what holds the same', async () => {
    const { fleet, at, cwd } = await backedUp()
    rmSync(at('alice'))
    rmSync(at('bob'))
    expect(statuses(await fleet.restore('latest', { all: true }))).toEqual({
      alice: 'ok',
      bob: 'ok',
      carol: 'skipped',
    })
    expect([valueIn(at('alice')), valueIn(at('bob'))]).toEqual([0, 1])
    expect(statSync(at('alice')).mode & 0o777).toBe(0o600)
    expect(readdirSync(join(cwd, 'databases'))).toEqual(['alice.db', 'bob.db', 'carol.db'])
    const { summary } = await fleet.restore('latest', { all: true })
    expect(summary).toMatchObject({ skipped: 3, ok: 0 })
  })

  it('leaves alone what holds something else, and is told which databases', async () => {
    const { fleet, at } = await backedUp()
    write(at('bob'), 77)
    const before = readFileSync(at('bob'))
    const { databases } = await fleet.restore('latest', { db: ['bob'] })
    expect(databases).toMatchObject([{ status: 'failed', error: { code: 'exists' } }])
    expect(readFileSync(at('bob'))).toEqual(before)
    await expect(fleet.restore('latest')).rejects.toMatchObject({
      code: 'selector-needed',
      message: 'the set has 3 databases; say which of them',
    })
    await expect(fleet.restore('latest', { db: ['zoe'] })).rejects.toMatchObject({
      code: 'unknown-database',
    })
  })

  it('restores one under another name, or all into a directory', async () => {
    const { fleet, at, cwd } = await backedUp(['alice', 'Bob'])
    const as = await fleet.restore('latest', { db: ['Bob'], as: 'copy' })
    expect(as.databases).toMatchObject([{ name: 'copy', status: 'ok' }])
    expect(valueIn(at('copy'))).toBe(1)
    await fleet.restore('latest', { all: true, to: join(cwd, 'out') })
    expect(readdirSync(join(cwd, 'out'))).toEqual([
      'alice.db',
      expect.stringMatching(/^bob~[0-9a-f]{32}\.db$/),
    ])
    await expect(fleet.restore('latest', { all: true, as: 'x' })).rejects.toMatchObject({
      code: 'bad-options',
    })
    await expect(fleet.restore('latest', { all: true, to: at('alice') })).rejects.toMatchObject({
      code: 'bad-options',
    })
  })

  it('replaces with --force, and keeps the old one where no pattern finds it', async () => {
    const { fleet, at, cwd } = await backedUp()
    chmodSync(at('bob'), 0o640)
    write(at('bob'), 77)
    write(at('carol'), 88, 'PRAGMA journal_mode = WAL')
    const report = await fleet.restore('latest', { all: true, force: true })
    expect(statuses(report)).toEqual({ alice: 'skipped', bob: 'ok', carol: 'ok' })
    expect([valueIn(at('bob')), valueIn(at('carol'))]).toEqual([1, 2])
    expect(statSync(at('bob')).mode & 0o777).toBe(0o640)
    expect(readFileSync(at('carol'))[18]).toBe(2)
    const kept = report.databases.flatMap(row => row.kept ?? [])
    expect(kept.sort()).toEqual(keptOf(cwd).sort())
    expect(kept.map(valueIn)).toEqual([77, 88])
    for (const files of ['databases/*', 'databases/**', '**/*.db', '**', '*/*']) {
      const found = await openFleet({ cwd, files }).then(open => open.list())
      expect(found.databases.filter(({ url }) => url.includes('kept'))).toEqual([])
    }
  })

  it('does not replace what another has open', async () => {
    const { fleet, at, cwd } = await backedUp()
    for (const [name, held] of [
      ['alice', 'PRAGMA journal_mode = WAL; SELECT * FROM t'],
      ['bob', 'BEGIN IMMEDIATE; INSERT INTO t VALUES (5)'],
      ['carol', 'BEGIN; SELECT * FROM t'],
    ] as const) {
      write(at(name), 99)
      const other = new Database(at(name))
      for (const sql of held.split('; ')) {
        if (sql.startsWith('SELECT')) other.prepare(sql).all()
        else if (sql.startsWith('PRAGMA')) other.pragma(sql.slice(7))
        else other.exec(sql)
      }
      const { databases } = await fleet.restore('latest', { db: [name], force: true })
      expect(databases).toMatchObject([{ status: 'failed', error: { code: 'in-use' } }])
      if (other.inTransaction) other.exec('ROLLBACK')
      expect(other.pragma('journal_mode', { simple: true })).toBe(
        name === 'alice' ? 'wal' : 'delete',
      )
      other.close()
      expect(valueIn(at(name))).toBe(99)
    }
    expect(keptOf(cwd)).toEqual([])
    expect(readdirSync(join(cwd, 'databases')).filter(name => name.startsWith('.db'))).toEqual([])
    const { summary } = await fleet.restore('latest', { all: true, force: true })
    expect(summary.ok).toBe(3)
  })

  it('replaces what is no database any more, with what stands beside it', async () => {
    const { fleet, at, cwd } = await backedUp()
    writeFileSync(at('alice'), 'this was a database once, and is none any more')
    writeFileSync(`${at('alice')}-wal`, 'stale')
    const [alice] = (await fleet.restore('latest', { db: ['alice'], force: true })).databases
    expect(alice?.status).toBe('ok')
    expect(valueIn(at('alice'))).toBe(0)
    expect(existsSync(`${at('alice')}-wal`)).toBe(false)
    expect(readFileSync(`${alice?.kept}-wal`, 'utf8')).toBe('stale')
    expect(readdirSync(join(cwd, 'databases'))).toEqual(['.kept', 'alice.db', 'bob.db', 'carol.db'])
  })

  it('never mixes with what another database left beside the place', async () => {
    const { fleet, at } = await backedUp()
    for (const ending of ['-wal', '-shm', '-journal', '-info', '-client_wal_index']) {
      rmSync(at('alice'), { force: true })
      writeFileSync(at('alice') + ending, 'stale')
      const { databases } = await fleet.restore('latest', { db: ['alice'], force: true })
      expect(databases, ending).toMatchObject([{ error: { code: 'leftover-journal' } }])
      expect(existsSync(at('alice'))).toBe(false)
      rmSync(at('alice') + ending)
    }
    write(at('bob'), 5)
    writeFileSync(`${at('bob')}-client_wal_index`, 'replica')
    const { databases } = await fleet.restore('latest', { db: ['bob'], force: true })
    expect(databases).toMatchObject([{ error: { code: 'exists' } }])
  })

  it('follows a symbolic link to the file, and leaves one that leads nowhere', async () => {
    const { fleet, at, cwd } = await backedUp()
    mkdirSync(join(cwd, 'real'))
    renameSync(at('alice'), join(cwd, 'real/a.db'))
    write(join(cwd, 'real/a.db'), 55)
    symlinkSync('../real/a.db', at('alice'))
    rmSync(at('bob'))
    symlinkSync('../real/nowhere.db', at('bob'))
    const { databases } = await fleet.restore('latest', { db: ['alice', 'bob'], force: true })
    expect(databases).toMatchObject([{ status: 'ok' }, { error: { code: 'exists' } }])
    expect(readlinkSync(at('alice'))).toBe('../real/a.db')
    expect(valueIn(join(cwd, 'real/a.db'))).toBe(0)
    expect(readdirSync(join(cwd, 'real'))).toEqual(['.kept', 'a.db'])
  })

  it('migrates before the name is given, and refuses what is ahead of the migrations', async () => {
    const cwd = directory()
    const at = (name: string) => join(cwd, 'databases', `${name}.db`)
    const migrations = join(cwd, 'migrations')
    mkdirSync(migrations)
    const files = Object.entries(MIGRATIONS)
    const put = (index: number) => {
      const [file = '', sql = ''] = files[index] ?? []
      writeFileSync(join(migrations, file), sql)
    }
    put(0)
    const fleet = await openFleet({ cwd, config: { fleet: [{ files: 'databases/*.db' }] } })
    await fleet.create(['alice'])
    await fleet.backup()
    rmSync(at('alice'))
    put(1)
    const up = await fleet.restore('latest', { up: true })
    expect(up.databases).toMatchObject([{ status: 'ok', applied: [SECOND] }])
    expect((await fleet.status()).databases).toMatchObject([{ position: SECOND, pending: [] }])

    await new Promise(resolve => setTimeout(resolve, 1100))
    await fleet.backup()
    rmSync(at('alice'))
    rmSync(join(migrations, `${SECOND}.up.sql`))
    await expect(fleet.restore('latest')).rejects.toMatchObject({
      code: 'set-ahead',
      message: `alice has the migration ${SECOND}, which ${migrations} lacks`,
    })
    expect(existsSync(at('alice'))).toBe(false)
    const forced = await fleet.restore('latest', { allowAhead: true })
    expect(forced.databases).toMatchObject([{ status: 'ok', applied: [] }])
  })

  it('restores nothing of an object that is damaged, and the others', async () => {
    const { fleet, at, set } = await backedUp()
    const object = join(set, manifestOf(set).databases[1]?.object?.file ?? '')
    const bytes = readFileSync(object)
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
    writeFileSync(object, bytes)
    for (const name of ['alice', 'bob', 'carol']) write(at(name), 9)
    const { databases } = await fleet.restore('latest', { all: true, force: true })
    expect(databases.map(({ status }) => status)).toEqual(['ok', 'failed', 'ok'])
    expect(databases[1]?.error?.code).toBe('object-damaged')
    expect(valueIn(at('bob'))).toBe(9)
  })

  it('takes no name of a hostile set for a path', async () => {
    const names = ['../out', '/etc/x', 'a\u0000b', 'a\nb', '..', 'a/b', 'CON', 'x'.repeat(300)]
    const { fleet, cwd, set } = await backedUp(names.map((_, index) => `db${index}`))
    const file = join(set, 'manifest.json')
    const manifest = manifestOf(set)
    for (const [index, entry] of manifest.databases.entries()) entry.name = names[index] ?? ''
    writeFileSync(file, JSON.stringify(manifest))
    writeFileSync(`${file}.sha256`, sumOf(JSON.stringify(manifest)))
    const before = readdirSync(cwd)
    const inFleet = await fleet.restore('latest', { all: true })
    for (const row of inFleet.databases.slice(0, 6)) {
      expect(row).toMatchObject({ status: 'failed', error: { code: 'bad-name' } })
    }
    expect(readdirSync(cwd)).toEqual(before)
    const out = join(cwd, 'out')
    const { summary } = await fleet.restore('latest', { all: true, to: out })
    expect(summary.ok).toBe(names.length)
    expect(readdirSync(cwd)).toEqual([...before, 'out'].sort())
    expect(readdirSync(out)).toHaveLength(names.length)
    for (const name of readdirSync(out)) expect(name).toMatch(/^[a-z0-9_-]*~[0-9a-f]{32}\.db$/)
  })

  it('keeps names that differ in case apart', async () => {
    const { fleet, cwd } = await backedUp(['alice', 'ALICE', 'Alice'])
    const out = join(cwd, 'out')
    await fleet.restore('latest', { all: true, to: out })
    const lower = new Set(readdirSync(out).map(name => name.toLowerCase()))
    expect(lower.size).toBe(3)
  })

  it('says of a database that is not in the set why', async () => {
    const { cwd, fleet, at } = await backedUp(['alice'])
    writeFileSync(join(cwd, 'databases/bad.db'), 'no database at all, whatever its name says')
    await new Promise(resolve => setTimeout(resolve, 1100))
    await fleet.backup()
    rmSync(at('alice'))
    const { databases } = await fleet.restore('latest', { all: true })
    expect(databases).toMatchObject([
      { name: 'alice', status: 'ok' },
      { name: 'bad', status: 'failed', error: { code: 'not-in-set' } },
    ])
  })

  it('refuses a set whose manifest was edited', async () => {
    const { fleet, set, cwd, at } = await backedUp()
    rmSync(at('alice'))
    const file = join(set, 'manifest.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace('alice', 'alicf'))
    await expect(fleet.restore('latest', { all: true })).rejects.toMatchObject({
      code: 'manifest-damaged',
    })
    expect(readdirSync(join(cwd, 'databases'))).toEqual(['bob.db', 'carol.db'])
  })
})
