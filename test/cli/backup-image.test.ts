import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import type { RestoreReport } from '../../src/report/restore-rows.js'
import { contentOf } from '../backup/compare.js'
import { shellMissing } from '../backup/shell.js'
import { manifestErrors } from '../docs/manifest-schema.js'
import { schemaErrors } from '../docs/report-schema.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { backUp, manifestOf } from './backup-sets.js'
import { libsqlFile, VECTOR_TABLE } from './libsql-files.js'
import { runCli, runJson, TWO_MIGRATIONS, writeFiles } from './run-cli.js'

const NOTES = "CREATE TABLE notes (id INTEGER PRIMARY KEY, text); INSERT INTO notes VALUES (1, 'a')"
/** Two tables that are equal in every state. */
const TWINS = 'CREATE TABLE a (x); CREATE TABLE b (x);'
const WRITER = `
  const Database = require('better-sqlite3')
  const db = new Database(process.argv[1], { timeout: 20000 })
  const write = db.transaction(n => {
    db.prepare('INSERT INTO a VALUES (?)').run('x'.repeat(n % 3000))
    db.prepare('INSERT INTO b VALUES (?)').run('x'.repeat(n % 3000))
  })
  let n = 0
  const timer = setInterval(() => {
    write(n += 1)
    if (n === 5) process.stdout.write('writing')
  }, 1)
  process.stdin.on('end', () => { clearInterval(timer); db.close() }).resume()
`

/** What SQL text does not carry, by the kind. */
const MISFITS: Record<string, string> = {
  counters: `CREATE TABLE gone (id INTEGER PRIMARY KEY AUTOINCREMENT); DROP TABLE gone;
    INSERT INTO sqlite_sequence VALUES ('gone', 7); ${NOTES}`,
  hidden: 'CREATE TABLE t (rowid, _rowid_, oid); INSERT INTO t VALUES (1, 2, 3)',
  quotes: `CREATE TABLE t (a); INSERT INTO t VALUES ('abc'); CREATE INDEX i ON t (a) WHERE a = 'abc';
    PRAGMA writable_schema=ON;
    UPDATE sqlite_schema SET sql = replace(sql, '''abc''', '"abc"') WHERE name = 'i'`,
  bytes: `${NOTES}; PRAGMA writable_schema=ON;
    UPDATE sqlite_schema SET sql = CAST(CAST('CREATE TABLE notes (id INTEGER PRIMARY KEY, text /*' AS BLOB)
      || x'ff' || CAST('*/)' AS BLOB) AS TEXT)`,
}

describe('backup of page images', () => {
  const directory = temporaryDirectories()

  function project(sql: Record<string, string>): string {
    const cwd = directory()
    writeFiles(cwd, { ...TWO_MIGRATIONS, 'databases/.keep': '' })
    for (const [name, text] of Object.entries(sql)) {
      const db = new Database(join(cwd, 'databases', `${name}.db`))
      db.unsafeMode(true)
      db.exec(text)
      db.close()
    }
    return cwd
  }

  function unpacked(set: string, object: string | null, to: string): string {
    const { status } = spawnSync('zstd', ['-q', '-d', join(set, object ?? ''), '-o', to])
    expect(status).toBe(0)
    return to
  }

  it.each(['delete', 'wal'])('shows one state under a writer, in %s mode', async mode => {
    const cwd = project({ twins: `PRAGMA journal_mode=${mode}; ${TWINS}` })
    const file = join(cwd, 'databases/twins.db')
    const writer = spawn(process.execPath, ['-e', WRITER, file])
    const ended = once(writer, 'exit')
    await once(writer.stdout, 'data')
    const { status, document } = await backUp(['--format', 'image', '--full'], { cwd })
    const second = await backUp(['--format', 'image', '--full'], { cwd })
    writer.stdin.end()
    expect(await ended).toEqual([0, null])
    expect([status, second.status]).toEqual([0, 0])
    expect(schemaErrors(document)).toEqual([])
    expect(document.databases).toMatchObject([
      { proven: true, format: 'image', reason: null, object: 'databases/twins.db.zst' },
    ])
    for (const [index, { set, databases }] of [document, second.document].entries()) {
      expect(manifestErrors(manifestOf(set))).toEqual([])
      const image = unpacked(set, databases[0]?.object ?? null, join(cwd, `image-${index}.db`))
      const db = new Database(image)
      expect(db.pragma('journal_mode', { simple: true })).toBe('delete')
      const counts = db.prepare('SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b)').raw()
      const [a, b] = counts.get() as number[]
      db.close()
      expect(a).toBe(b)
      expect((a ?? 0) + (b ?? 0)).toBe(databases[0]?.rows)
      if (shellMissing() !== undefined) continue
      const shell = spawnSync('sqlite3', [image, 'PRAGMA integrity_check'], { encoding: 'utf8' })
      expect(shell.stdout).toBe('ok\n')
    }
  })

  it('keeps the pages, and leaves only private files', async () => {
    const cwd = project({
      alice: `PRAGMA page_size=1024; PRAGMA user_version=7; ${NOTES}`,
      none: '',
    })
    const { status, document } = await backUp(['--format', 'image', '--compress', 'none'], { cwd })
    expect(status).toBe(0)
    expect(readdirSync(document.set).sort()).toEqual([
      'databases',
      'manifest.json',
      'manifest.json.sha256',
      'started.json',
    ])
    const image = join(document.set, 'databases/alice.db')
    expect(statSync(image).mode & 0o777).toBe(0o600)
    expect(contentOf(image)).toEqual(contentOf(join(cwd, 'databases/alice.db')))
  })

  it('is what a database becomes that SQL text cannot carry, and gives it back', async () => {
    const cwd = project({ ...MISFITS, alice: NOTES })
    const { status, document } = await backUp([], { cwd })
    expect(status).toBe(0)
    expect(schemaErrors(document)).toEqual([])
    const manifest = manifestOf(document.set)
    expect(manifestErrors(manifest)).toEqual([])
    const formats = document.databases.map(({ name, proven, format }) => [name, proven, format])
    expect(formats).toEqual([
      ['alice', true, 'sql'],
      ['bytes', true, 'image'],
      ['counters', true, 'image'],
      ['hidden', true, 'image'],
      ['quotes', true, 'image'],
    ])
    const reasons = Object.fromEntries(manifest.databases.map(e => [e.name, e.object?.reason]))
    expect(reasons).toEqual({
      alice: undefined,
      bytes: expect.stringContaining('no valid text'),
      counters: expect.stringContaining('sqlite_sequence'),
      hidden: expect.stringContaining('hide rowid'),
      quotes: expect.stringMatching(/^its SQL text does not restore: .*abc/),
    })
    expect(readdirSync(join(document.set, 'databases')).sort()).toEqual(
      ['alice.sql.zst', ...Object.keys(MISFITS).map(name => `${name}.db.zst`)].sort(),
    )

    expect((await runCli(['verify', 'latest', '--restore'], { cwd })).status).toBe(0)
    const restored = await runCli(['restore', document.set, '--all', '--to', 'out'], { cwd })
    expect([restored.status, restored.stderr]).toEqual([0, ''])
    for (const name of Object.keys(MISFITS)) {
      const image = unpacked(document.set, `databases/${name}.db.zst`, join(cwd, `${name}.db`))
      expect(readFileSync(join(cwd, `out/${name}.db`)).equals(readFileSync(image))).toBe(true)
      expect(contentOf(image)).toEqual(contentOf(join(cwd, `databases/${name}.db`)))
    }
  })

  it('restores an image in the place of another database, under another name, and not twice', async () => {
    const cwd = project({ alice: `PRAGMA journal_mode=wal; ${NOTES}` })
    const file = join(cwd, 'databases/alice.db')
    const before = contentOf(file)
    const { document } = await backUp(['--format', 'image'], { cwd })
    const restore = (...args: string[]) =>
      runJson<RestoreReport>(['restore', document.set, '--all', ...args], { cwd })
    expect((await restore()).document.databases).toMatchObject([{ status: 'skipped' }])

    const db = new Database(file)
    db.exec("INSERT INTO notes VALUES (2, 'b')")
    db.close()
    const refused = await restore()
    expect(refused.document.databases).toMatchObject([{ error: { code: 'exists' } }])
    const forced = await restore('--force')
    expect(forced.document.databases).toMatchObject([{ status: 'ok', rows: 1 }])
    expect(contentOf(file)).toEqual(before)
    expect(forced.document.databases[0]?.kept).not.toBe(null)

    expect((await restore('--as', 'bob', '--up')).status).toBe(0)
    const bob = new Database(join(cwd, 'databases/bob.db'))
    expect(bob.prepare('SELECT count(*) FROM dbfleet_migrations').pluck().get()).toBe(2)
    bob.close()
  })

  it('finds a flipped bit in an image, and a damaged page that was backed up', async () => {
    const cwd = project({ alice: NOTES, ruined: `${NOTES}; CREATE INDEX i ON notes (text)` })
    const ruined = join(cwd, 'databases/ruined.db')
    const pages = readFileSync(ruined)
    // The index has another text than the table.
    const at = pages.indexOf('a', 2 * 4096 + 3000)
    pages.write('z', at)
    writeFileSync(ruined, pages)
    const { status, document } = await backUp(['--format', 'image', '--compress', 'none'], { cwd })
    expect(status).toBe(3)
    expect(document.databases).toMatchObject([
      { name: 'alice', status: 'ok', proven: true },
      { name: 'ruined', status: 'failed', proven: false, error: { code: 'not-proven' } },
    ])
    const image = join(document.set, 'databases/alice.db')
    const bytes = readFileSync(image)
    bytes[5000] = (bytes[5000] ?? 0) ^ 1
    writeFileSync(image, bytes)
    for (const args of [[], ['--restore']]) {
      const found = await runCli(['verify', document.set, ...args], { cwd })
      expect(found.status).not.toBe(0)
      expect(found.stdout + found.stderr).toContain('databases/alice.db is damaged')
    }
  })

  it('keeps the image of an unchanged file only for who wants one', async () => {
    const cwd = project({ alice: NOTES, hidden: MISFITS.hidden ?? '' })
    const settled = new Date(Date.now() - 60_000)
    for (const name of ['alice', 'hidden']) {
      utimesSync(join(cwd, `databases/${name}.db`), settled, settled)
    }
    // The time of change cannot be set.
    await new Promise(resolve => setTimeout(resolve, 300))
    const kept = async (...args: string[]) => {
      const { document } = await backUp(args, { cwd })
      return document.databases.map(({ unchanged, format }) => [unchanged, format])
    }
    const [text, image] = ['sql', 'image']
    expect(await kept()).toEqual([
      [false, text],
      [false, image],
    ])
    expect(await kept()).toEqual([
      [true, text],
      [true, image],
    ])
    expect(await kept('--format', 'image')).toEqual([
      [false, image],
      [true, image],
    ])
    expect(await kept('--format', 'image')).toEqual([
      [true, image],
      [true, image],
    ])
  })

  it('has no image of an encrypted file, and encrypts those of others', async () => {
    const cwd = directory()
    writeFiles(cwd, {
      ...TWO_MIGRATIONS,
      'dbfleet.config.json': JSON.stringify({
        fleet: [
          { files: 'plain/*.db' },
          { files: 'secret/*.db', encryptionKey: { env: 'THE_KEY' } },
        ],
      }),
    })
    const env = { THE_KEY: 'k', DBFLEET_PASSPHRASE: 'one two three' }
    libsqlFile(cwd, 'plain/alice.db', [MISFITS.hidden?.split(';')[0] ?? ''])
    libsqlFile(cwd, 'secret/bob.db', ['CREATE TABLE t (a)'], 'k')
    const { status, document } = await backUp(['--format', 'image'], { cwd, env })
    expect(status).toBe(3)
    expect(document.databases).toMatchObject([
      { name: 'alice', proven: true, object: 'databases/alice.db.zst.age' },
      { name: 'bob', status: 'failed', error: { code: 'no-image' } },
    ])
    const manifest = manifestOf(document.set)
    expect(manifestErrors(manifest)).toEqual([])
    expect(manifest.databases[0]?.digest).toMatch(/^image1-hmac-sha256:/)
    const verified = await runCli(['verify', document.set, '--restore', '--db', 'alice'], {
      cwd,
      env,
    })
    expect([verified.status, verified.stderr]).toEqual([0, ''])
  })

  it("holds what only libSQL opens, by that engine, and says an image's schema", async () => {
    const cwd = directory()
    writeFiles(cwd, TWO_MIGRATIONS)
    libsqlFile(cwd, 'databases/docs.db', VECTOR_TABLE)
    libsqlFile(cwd, 'databases/notes.db', [NOTES.split(';')[0] ?? ''])
    const { status, document } = await backUp(['--format', 'image'], { cwd })
    expect(document.databases).toMatchObject([
      { name: 'docs', proven: true, format: 'image' },
      { name: 'notes', proven: true, format: 'image' },
    ])
    expect(status).toBe(0)
    for (const name of ['docs', 'notes']) {
      const same = await runCli(['diff', name, `${document.set}#${name}`], { cwd })
      expect([name, same.status, same.stderr]).toEqual([name, 0, ''])
    }
  })

  it('carries full-text tables, whichever engine makes the image and whichever proves it', async () => {
    const cwd = project({
      words: "CREATE VIRTUAL TABLE words USING fts5(text); INSERT INTO words VALUES ('one two')",
      hidden: MISFITS.hidden ?? '',
    })
    const env = { DBFLEET_ENGINE: 'libsql' }
    const { status, document } = await backUp(['--format', 'image'], { cwd, env })
    expect([status, document.summary.ok]).toEqual([0, 2])
    for (const each of [{}, env]) {
      const verified = await runCli(['verify', document.set, '--restore'], { cwd, env: each })
      expect([verified.status, verified.stderr]).toEqual([0, ''])
    }
    const text = await backUp(['--full'], { cwd, env })
    expect(text.document.databases).toMatchObject([
      { name: 'hidden', proven: true, format: 'image' },
      { name: 'words', proven: true, format: 'sql' },
    ])
  })
})
