import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { contentOf } from '../backup/compare.js'
import { loadText } from '../backup/load.js'
import { shellMissing } from '../backup/shell.js'
import { manifestErrors } from '../docs/manifest-schema.js'
import { schemaErrors } from '../docs/report-schema.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { backUp, manifestOf } from './backup-sets.js'
import { libsqlFile, VECTOR_TABLE } from './libsql-files.js'
import { runCli, runJson, TWO_MIGRATIONS, writeFiles } from './run-cli.js'

const NOTES = "CREATE TABLE notes (id INTEGER PRIMARY KEY, text); INSERT INTO notes VALUES (1, 'a')"

describe('backup', () => {
  const directory = temporaryDirectories()

  function project(sql: Record<string, string>): string {
    const cwd = directory()
    writeFiles(cwd, { ...TWO_MIGRATIONS, 'databases/.keep': '' })
    for (const [name, text] of Object.entries(sql)) {
      const db = new Database(join(cwd, 'databases', `${name}.db`))
      db.exec(text)
      db.close()
    }
    return cwd
  }

  it('makes a set in which every database is proven, and says what it holds', async () => {
    const cwd = project({ bob: NOTES })
    await runCli(['create', 'alice'], { cwd })
    const { status, document, stderr } = await backUp(['--compress', 'gzip'], { cwd })
    expect([status, stderr]).toEqual([0, ''])
    expect(schemaErrors(document)).toEqual([])
    expect(document).toMatchObject({
      complete: true,
      databases: [
        { name: 'alice', proven: true, position: '20260102000000_create_b', rows: 2 },
        { name: 'bob', proven: true, position: null, rows: 1 },
      ],
    })
    expect(document.set.startsWith(join(cwd, 'backups/'))).toBe(true)

    const manifest = manifestOf(document.set)
    expect(manifestErrors(manifest)).toEqual([])
    expect(manifest).toMatchObject({
      complete: true,
      summary: { total: 2, ok: 2, proven: 2 },
      databases: [
        { name: 'alice', ledger: { position: '20260102000000_create_b', applied: 2 } },
        { name: 'bob', ledger: null, tables: [{ name: 'notes', rows: 1 }] },
      ],
    })
    const sum = spawnSync('sha256sum', ['--check', 'manifest.json.sha256'], { cwd: document.set })
    if (sum.error === undefined) expect(sum.status).toBe(0)
  })

  it.each([
    [[], 'zstd -dc databases/alice.sql.zst'],
    [['--compress', 'gzip'], 'gzip -dc databases/alice.sql.gz'],
    [['--compress', 'none'], 'cat databases/alice.sql'],
  ])('makes objects that give the same database back without dbfleet: %j', async (args, read) => {
    const cwd = project({
      alice: `${NOTES}; CREATE INDEX i ON notes (text); PRAGMA user_version=7`,
    })
    const { document } = await backUp(args, { cwd })
    const original = contentOf(join(cwd, 'databases/alice.db'))
    const run = (command: string) => {
      const { status, stdout, stderr } = spawnSync('sh', ['-c', command, join(cwd, 'shell.db')], {
        cwd: document.set,
      })
      expect([status, String(stderr)], command).toEqual([0, ''])
      return stdout
    }
    await loadText(run(read), join(cwd, 'copy.db'))
    expect(contentOf(join(cwd, 'copy.db'))).toEqual(original)
    if (shellMissing() !== undefined) return
    run(`${read} | sqlite3 -bail "$0"`)
    expect(contentOf(join(cwd, 'shell.db'))).toEqual(original)
  })

  it('lets only its owner read, and leaves nothing else in the set', async () => {
    const cwd = project({ alice: NOTES })
    const { document } = await backUp(['--compress', 'none', '--out', 'deep/place'], { cwd })
    const modes = readdirSync(document.set, { recursive: true, encoding: 'utf8' })
      .sort()
      .map(file => [file, (statSync(join(document.set, file)).mode & 0o777).toString(8)])
    expect(modes).toEqual([
      ['databases', '700'],
      ['databases/alice.sql', '600'],
      ['manifest.json', '600'],
      ['manifest.json.sha256', '600'],
      ['started.json', '600'],
    ])
    expect(statSync(document.set).mode & 0o777).toBe(0o700)
    expect(statSync(join(cwd, 'deep')).mode & 0o777).toBe(0o700)
  })

  it('keeps names apart that file systems take for one, or for a path', async () => {
    const cwd = directory()
    const names = ['alice', 'Alice', 'a/b', '../../out', 'nul', 'x\ny', 'é', 'e\u0301']
    const databases = names.map((name, index) => ({ name, url: `file:${index}.db` }))
    writeFiles(cwd, { 'dbfleet.config.json': JSON.stringify({ fleet: [{ databases }] }) })
    for (const [index, name] of names.entries()) {
      const db = new Database(join(cwd, `${index}.db`))
      db.exec('CREATE TABLE me (name)')
      db.prepare('INSERT INTO me VALUES (?)').run(name)
      db.close()
    }
    const { status, document } = await backUp(['--compress', 'none'], { cwd })
    expect(status).toBe(0)
    for (const { name, object } of document.databases) {
      const text = readFileSync(join(document.set, object ?? ''), 'utf8')
      expect(text).toContain(`(1,'${name}')`)
    }
    expect(readdirSync(join(document.set, 'databases'))).toHaveLength(names.length)
    expect(manifestErrors(manifestOf(document.set))).toEqual([])
  })

  it('does the others when one is damaged, locked or a directory, and says which are missing', async () => {
    const cwd = project({
      alice: NOTES,
      torn: `${NOTES}; CREATE TABLE big AS WITH c(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM c WHERE i<3000) SELECT i, hex(randomblob(40)) AS x FROM c`,
      locked: NOTES,
      zoe: NOTES,
    })
    const at = (name: string) => join(cwd, 'databases', name)
    writeFileSync(at('noise.db'), 'this is no database at all, but a text of some length')
    const torn = readFileSync(at('torn.db'))
    writeFileSync(at('torn.db'), torn.fill(0xa5, 8192, 40960))
    const writer = new Database(at('locked.db'))
    writer.exec('BEGIN EXCLUSIVE')
    const { status, document } = await backUp(['--busy-timeout', '50ms'], { cwd })
    writer.close()
    expect(status).toBe(3)
    expect(schemaErrors(document)).toEqual([])
    expect(document.complete).toBe(false)
    const told = document.databases.map(({ name, proven, error }) => [name, proven, error?.code])
    expect(told).toEqual([
      ['alice', true, undefined],
      ['locked', false, 'busy'],
      ['noise', false, 'not-a-database'],
      ['torn', false, 'corrupt'],
      ['zoe', true, undefined],
    ])
    const manifest = manifestOf(document.set)
    expect(manifestErrors(manifest)).toEqual([])
    expect(manifest).toMatchObject({ complete: false, summary: { ok: 2, failed: 3, proven: 2 } })
    expect(readdirSync(join(document.set, 'databases'))).toHaveLength(2)
  })

  it('proves full-text tables that only an entry in the schema can make', async () => {
    const cwd = project({
      alice:
        "CREATE VIRTUAL TABLE words USING fts5(x, content=''); INSERT INTO words VALUES ('a b')",
    })
    const { status, document } = await backUp([], { cwd })
    expect(status).toBe(0)
    expect(document.databases).toMatchObject([{ proven: true }])
  })

  it('proves nothing with --no-prove, and says so', async () => {
    const cwd = project({ alice: NOTES, bob: NOTES })
    const { status, document } = await backUp(['--no-prove'], { cwd })
    expect(status).toBe(0)
    expect(document.databases.map(({ proven }) => proven)).toEqual([false, false])
    expect(manifestOf(document.set)).toMatchObject({ complete: true, summary: { proven: 0 } })
    const { stdout } = await runCli(['backup', '--no-prove'], { cwd })
    expect(stdout).toContain('written, not proven')
  })

  it('makes a set of its own each time, also in one second', async () => {
    const cwd = project({ alice: NOTES })
    const runs = await Promise.all([1, 2, 3].map(() => backUp([], { cwd })))
    expect(new Set(runs.map(({ document }) => document.set)).size).toBe(3)
    for (const { status, document } of runs) {
      expect(status).toBe(0)
      expect(manifestOf(document.set).complete).toBe(true)
    }
  })

  it('proves what only libSQL reads, and keeps encrypted files out of the clear', async () => {
    const cwd = directory()
    const key = 'correct horse battery staple'
    writeFiles(cwd, {
      'dbfleet.config.json': JSON.stringify({
        fleet: [
          { files: 'plain/*.db' },
          { files: 'secret/*.db', encryptionKey: { env: 'DBFLEET_TEST_KEY' } },
        ],
      }),
    })
    libsqlFile(cwd, 'plain/vectors.db', VECTOR_TABLE)
    libsqlFile(
      cwd,
      'secret/safe.db',
      ['CREATE TABLE t (x)', "INSERT INTO t VALUES ('hidden')"],
      key,
    )
    const options = { cwd, env: { DBFLEET_TEST_KEY: key } }
    const { status, document } = await backUp(['--compress', 'none'], options)
    expect(status).toBe(3)
    expect(document.databases).toMatchObject([
      { name: 'safe', status: 'failed', proven: false, error: { code: 'encrypted' } },
      { name: 'vectors', status: 'ok', proven: true },
    ])
    expect(readdirSync(join(document.set, 'databases'))).toEqual(['vectors.sql'])

    const again = await backUp(['--compress', 'none', '--decrypt'], options)
    expect(again.status).toBe(0)
    expect(again.document.databases).toMatchObject([{ proven: true }, { proven: true }])
    const manifest = readFileSync(join(again.document.set, 'manifest.json'), 'utf8')
    expect(manifest).not.toContain(key)
  })

  it('touches nothing when no set can be made', async () => {
    const cwd = project({ alice: NOTES })
    writeFileSync(join(cwd, 'file'), '')
    mkdirSync(join(cwd, 'backups'))
    for (const [out, code] of [
      ['file', 'out-unwritable'],
      ['ftp://host/sets', 'bad-store'],
      ['file:sets', 'bad-store'],
    ] as const) {
      const { status, document } = await runJson(['backup', '--out', out], { cwd })
      expect(status).toBe(2)
      expect(document).toMatchObject({ error: { code } })
    }
    const { document } = await runJson(['backup', '--out', 'file'], { cwd })
    expect(document).toMatchObject({
      error: { hint: 'Nothing was backed up. Name a directory that can be written with --out.' },
    })
    expect(readdirSync(join(cwd, 'backups'))).toEqual([])
  })
})
