import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { openFleet } from '../../src/operations/open-fleet.js'
import { manifestOf } from '../cli/backup-sets.js'
import { startCli } from '../cli/run-cli.js'
import { type Fate, startFaultyProxy } from '../sqld/faulty-proxy.js'
import { createNamespace, execute } from '../sqld/requests.js'
import { useSqld } from '../sqld/use-sqld.js'
import { temporaryDirectories } from '../temporary-directory.js'

const RICH = `PRAGMA application_id = 7; PRAGMA user_version = 42;
CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT, x);
INSERT INTO notes VALUES (3, 'attach', 0.1), (9007199254740993, 'a' || char(10) || 'b', 1e308), (-1, NULL, x'00ff');
CREATE TABLE child (id INTEGER PRIMARY KEY, note REFERENCES notes (id));
INSERT INTO notes VALUES (5, 'five', -0.0); INSERT INTO child VALUES (1, 5);
CREATE TABLE strict (a TEXT PRIMARY KEY, b INT, c INT AS (b * 2)) STRICT, WITHOUT ROWID;
INSERT INTO strict VALUES ('k', 4);
CREATE INDEX notes_text ON notes (text) WHERE text IS NOT NULL;
CREATE VIEW v AS SELECT id FROM notes;
CREATE TRIGGER t AFTER INSERT ON notes BEGIN INSERT INTO strict VALUES (new.text, 1); END;
CREATE VIRTUAL TABLE search USING fts5(body);
INSERT INTO search VALUES ('attach a dump; to a server'), ('it''s');
PRAGMA foreign_keys = off; INSERT INTO child VALUES (2, 777);`

describe('restore on a server', () => {
  const server = useSqld()
  const directory = temporaryDirectories()

  /** A set of databases that were files, and a fleet of namespaces of the same names. */
  async function backedUp(sql = RICH, names = [randomUUID()], url = server().url) {
    const cwd = directory()
    mkdirSync(join(cwd, 'files'))
    for (const name of names) {
      const db = new Database(join(cwd, 'files', `${name}.db`))
      db.exec(sql)
      db.close()
    }
    const files = await openFleet({ cwd, config: { fleet: [{ files: 'files/*.db' }] } })
    const { set } = await files.backup()
    const sqld = { url, adminUrl: server().adminUrl, namespaces: names }
    const config = { fleet: [{ sqld }], backups: 'aside', requestTimeout: '5s' }
    writeFileSync(join(cwd, 'dbfleet.config.json'), JSON.stringify(config))
    const fleet = await openFleet({ cwd, config })
    const digests = manifestOf(set).databases.map(({ digest }) => digest)
    return { cwd, set, fleet, names, name: names[0] ?? '', digests }
  }

  /** What the fleet of namespaces holds now, by its own backup. */
  async function digestsOf({ cwd, names }: { cwd: string; names: string[] }) {
    const { url, adminUrl } = server()
    const sqld = { url, adminUrl, namespaces: names }
    const config = { fleet: [{ sqld }], backups: `now-${randomUUID()}` }
    const { set } = await (await openFleet({ cwd, config })).backup()
    return manifestOf(set).databases.map(({ digest }) => digest)
  }

  const count = async (name: string, sql: string) =>
    (await execute(server(), name, sql)).rows.flat()[0]

  it('makes the namespace, and gives back every bit that the server takes', async () => {
    const it = await backedUp()
    const { databases } = await it.fleet.restore(it.set)
    expect(databases).toMatchObject([
      { status: 'ok', remarks: ['the server does not let application_id be set'] },
    ])
    expect(await digestsOf(it)).toEqual(it.digests)
    expect(await count(it.name, 'PRAGMA user_version')).toBe('42')
    expect(await count(it.name, "SELECT count(*) FROM search WHERE search MATCH 'attach'")).toBe(
      '1',
    )
    const again = await it.fleet.restore(it.set)
    expect(again.databases).toMatchObject([{ status: 'skipped' }])
  }, 60_000)

  it('fills a namespace that is there and empty, which a killed run leaves', async () => {
    const it = await backedUp()
    await createNamespace(server(), it.name)
    expect((await it.fleet.restore(it.set)).databases).toMatchObject([{ status: 'ok' }])
    expect(await digestsOf(it)).toEqual(it.digests)
  }, 60_000)

  it('leaves alone what holds something else, and replaces it with --force', async () => {
    const it = await backedUp()
    await createNamespace(server(), it.name)
    await execute(server(), it.name, 'CREATE TABLE other (a INTEGER PRIMARY KEY AUTOINCREMENT, b)')
    await execute(server(), it.name, 'CREATE VIRTUAL TABLE f USING fts5(z)')
    await execute(server(), it.name, 'CREATE TABLE notes (old)')
    await execute(server(), it.name, "INSERT INTO other (b) VALUES ('precious')")
    const before = await digestsOf(it)
    expect((await it.fleet.restore(it.set)).databases).toMatchObject([
      { status: 'failed', error: { code: 'exists' } },
    ])
    expect(await digestsOf(it)).toEqual(before)
    const [row] = (await it.fleet.restore(it.set, { force: true })).databases
    expect(row).toMatchObject({ status: 'ok', kept: expect.stringContaining('aside') })
    expect(await digestsOf(it)).toEqual(it.digests)
    // What was replaced is a set like any other.
    expect((await it.fleet.verify(row?.kept ?? '', { restore: true })).findings).toEqual([])
    await it.fleet.restore(row?.kept ?? '', { force: true })
    expect(await digestsOf(it)).toEqual(before)
  }, 90_000)

  it('leaves nothing of a namespace that it made when the server refuses something', async () => {
    const it = await backedUp(
      'CREATE TABLE t (x); CREATE TABLE u (y CHECK (y > 0)); PRAGMA ignore_check_constraints = 1; INSERT INTO u VALUES (-1)',
    )
    const { databases } = await it.fleet.restore(it.set)
    expect(databases).toMatchObject([{ status: 'failed', error: { code: 'cannot-restore' } }])
    expect(databases[0]?.error?.message).toContain('the server refuses "INSERT INTO u"')
    expect((await execute(server(), it.name, 'SELECT 1')).status).toBe(404)
  }, 60_000)

  it('restores a plain dump onto a server, too', async () => {
    const { cwd, fleet, name } = await backedUp()
    const dump =
      'PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE d(x);\nINSERT INTO d VALUES(1);\nCOMMIT;\n'
    writeFileSync(join(cwd, 'backup.sql'), dump)
    const report = await fleet.restore(join(cwd, 'backup.sql'), { as: name })
    expect(report.databases).toMatchObject([{ status: 'ok', rows: 1 }])
    expect(await count(name, 'SELECT x FROM d')).toBe('1')
    writeFileSync(join(cwd, 'bad.sql'), dump.replace('COMMIT;', "ATTACH 'x' AS y;"))
    const bad = await fleet.restore(join(cwd, 'bad.sql'), { as: name, force: true })
    expect(bad.databases).toMatchObject([{ error: { code: 'bad-dump' } }])
    expect(await count(name, 'SELECT x FROM d')).toBe('1')
  }, 60_000)

  it('writes a database of several megabytes, statement by statement', async () => {
    const it = await backedUp(`CREATE TABLE big (id INTEGER PRIMARY KEY, x);
      WITH c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 20000)
      INSERT INTO big SELECT i, hex(randomblob(150)) FROM c; CREATE INDEX big_x ON big (x)`)
    expect((await it.fleet.restore(it.set)).databases).toMatchObject([
      { status: 'ok', rows: 20_000 },
    ])
    expect(await digestsOf(it)).toEqual(it.digests)
  }, 90_000)

  const isLoad = (body: string) => body.includes('INSERT INTO child')
  const fates: Fate[] = [
    'cut before the request',
    'cut before the answer',
    'cut in the answer',
    503,
    401,
  ]

  it.for(fates)(
    'the old content stays, whole, when the connection ends: %s',
    { timeout: 60_000 },
    async fate => {
      let broken = true
      await using proxy = await startFaultyProxy(server().url, body =>
        broken && isLoad(body) ? fate : 'pass',
      )
      const it = await backedUp(RICH, [randomUUID()], proxy.url)
      await createNamespace(server(), it.name)
      await execute(server(), it.name, 'CREATE TABLE other (a)')
      const before = await digestsOf(it)
      const [row] = (await it.fleet.restore(it.set, { force: true })).databases
      expect(row?.status).toBe('failed')
      expect(await digestsOf(it)).toEqual(before)
      broken = false
      // The server lets the lock of the first go when it hears nothing of it.
      await sleep(typeof fate === 'number' ? 0 : 11_000)
      expect((await it.fleet.restore(it.set, { force: true })).databases).toMatchObject([
        { status: 'ok' },
      ])
      expect(await digestsOf(it)).toEqual(it.digests)
    },
  )

  it('a lost answer to the last request leaves the whole, and the next run sees it', async () => {
    let broken = true
    await using proxy = await startFaultyProxy(server().url, body =>
      broken && body.includes('"COMMIT"') ? 'cut before the answer' : 'pass',
    )
    const it = await backedUp(RICH, [randomUUID()], proxy.url)
    await createNamespace(server(), it.name)
    const [row] = (await it.fleet.restore(it.set)).databases
    expect(row?.status).toBe('failed')
    broken = false
    expect((await it.fleet.restore(it.set)).databases).toMatchObject([{ status: 'skipped' }])
    expect(await digestsOf(it)).toEqual(it.digests)
  }, 60_000)

  it('a server that is killed halfway has the old content when it is back', async () => {
    let killed: Promise<void> | undefined
    await using proxy = await startFaultyProxy(server().url, body => {
      if (isLoad(body)) killed ??= server().restart('SIGKILL')
      return 'pass'
    })
    const it = await backedUp(RICH, [randomUUID()], proxy.url)
    await createNamespace(server(), it.name)
    await execute(server(), it.name, 'CREATE TABLE other (a)')
    const before = await digestsOf(it)
    const [row] = (await it.fleet.restore(it.set, { force: true })).databases
    await killed
    expect(row?.status).toBe('failed')
    expect(await digestsOf(it)).toEqual(before)
    expect((await it.fleet.restore(it.set, { force: true })).databases).toMatchObject([
      { status: 'ok' },
    ])
    expect(await digestsOf(it)).toEqual(it.digests)
  }, 90_000)

  it('migrates what it restored with --up, also when it was restored before', async () => {
    const it = await backedUp()
    mkdirSync(join(it.cwd, 'migrations'))
    const up = join(it.cwd, 'migrations/20260101000000_more.up.sql')
    writeFileSync(up, 'CREATE TABLE more (x);\n')
    await it.fleet.restore(it.set)
    const { databases } = await it.fleet.restore(it.set, { up: true })
    expect(databases).toMatchObject([{ status: 'ok', applied: ['20260101000000_more'] }])
    expect(await count(it.name, 'SELECT count(*) FROM more')).toBe('0')
  }, 60_000)

  it('a kill leaves each namespace absent, empty or whole, and the next run finishes', async () => {
    const names = Array.from({ length: 6 }, () => randomUUID())
    const it = await backedUp(RICH, names)
    for (let moment = 0; moment < 6; moment++) {
      const { child, finished } = startCli(['restore', it.set, '--all'], { cwd: it.cwd })
      await sleep(250 + moment * 60)
      child.kill('SIGKILL')
      await finished
      for (const name of names) {
        const { status, rows } = await execute(server(), name, 'SELECT count(*) FROM sqlite_schema')
        if (status === 200 && rows.flat()[0] !== '0') {
          expect(await count(name, 'SELECT count(*) FROM child')).toBe('2')
        }
      }
    }
    const { summary } = await it.fleet.restore(it.set, { all: true })
    expect(summary).toMatchObject({ failed: 0, notRun: 0 })
    expect(await digestsOf(it)).toEqual(it.digests)
  }, 120_000)
})
