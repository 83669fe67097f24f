import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import type { DoctorFinding, DoctorReport } from '../../src/report/doctor-report.js'
import { schemaErrors } from '../docs/report-schema.js'
import { A, at, B, projects } from './projects.js'
import { type CliOptions, runCli, runJson, writeFiles } from './run-cli.js'

const project = projects()
const isRoot = process.getuid?.() === 0
const NOBODY = 65534
const DAY_S = 86_400
const DRIVER = createRequire(import.meta.url).resolve('better-sqlite3')

/** A directory for temporary files that holds nothing but what a test puts there. */
function withOwnTmp(cwd: string): Record<string, string> {
  mkdirSync(join(cwd, 'tmp'), { recursive: true })
  return { TMPDIR: join(cwd, 'tmp') }
}

async function doctor(cwd: string, args: string[] = [], options: Partial<CliOptions> = {}) {
  const env = { ...withOwnTmp(cwd), ...options.env }
  const result = await runJson<DoctorReport>(['doctor', ...args], { cwd, ...options, env })
  expect(schemaErrors(result.document)).toEqual([])
  return result
}

/** What is found, in short; and every finding says how to mend it. */
function short({ findings }: DoctorReport): [severity: string, code: string, databases: string][] {
  for (const { hint } of findings) expect(hint).toMatch(/\.$/)
  return findings.map(({ severity, code, databases }) => [severity, code, databases.join(' ')])
}

function only({ findings }: DoctorReport): DoctorFinding {
  expect(findings).toHaveLength(1)
  return findings[0] as DoctorFinding
}

async function migrated(...names: string[]): Promise<string> {
  const cwd = project()
  await runJson(['create', ...names], { cwd })
  return cwd
}

/** Everything in a directory, and what it holds. */
function contents(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter(path => statSync(join(directory, path)).isFile())
    .map(path => {
      const hash = createHash('sha256').update(readFileSync(join(directory, path)))
      return `${path} ${hash.digest('hex')}`
    })
    .sort()
}

function age(path: string, seconds: number): void {
  const then = Date.now() / 1_000 - seconds
  utimesSync(path, then, then)
}

describe('a healthy set-up', () => {
  it('has no finding, and nothing of it is changed', async () => {
    const cwd = await migrated('alice', 'bob')
    withOwnTmp(cwd)
    const before = contents(cwd)
    const { status, document } = await doctor(cwd, ['--quick-check'])
    expect(document.findings).toEqual([])
    expect(status).toBe(0)
    expect(document.summary).toEqual({ total: 2, ok: 2, failed: 0, skipped: 0, notRun: 0 })
    expect(document.engines).toEqual([
      { name: 'better-sqlite3', sqlite: expect.stringMatching(/^3\./) },
      { name: 'libsql', sqlite: expect.stringMatching(/^3\./) },
    ])
    expect(contents(cwd)).toEqual(before)
  })

  it('is told in two lines', async () => {
    const cwd = await migrated('alice', 'bob')
    const { stdout } = await runCli(['doctor'], { cwd, env: withOwnTmp(cwd) })
    expect(stdout.replace(/[\d.]+ m?s\n/, '')).toMatch(
      /^doctor: 2 databases\n {2}dbfleet [\d.]+, Node [\d.]+, better-sqlite3 \(SQLite [\d.]+\), libsql \(SQLite [\d.]+\)\n2 sound in $/,
    )
  })

  it('of encrypted files and files for libSQL has none, either', async () => {
    const cwd = project({
      'dbfleet.config.json': JSON.stringify({
        fleet: [{ files: 'databases/*.db', encryptionKey: { env: 'KEY' } }],
      }),
    })
    const env = { KEY: 'k'.repeat(32) }
    await runJson(['create', 'alice'], { cwd, env })
    const { document } = await doctor(cwd, ['--quick-check'], { env })
    expect(document.findings).toEqual([])
    expect(document.summary.ok).toBe(1)
  })
})

describe('the configuration', () => {
  it('is missing', async () => {
    const cwd = project()
    execFileSync('mv', [join(cwd, 'dbfleet.config.json'), join(cwd, 'other.json')])
    const { status, document } = await doctor(cwd)
    expect([status, short(document)]).toEqual([1, [['error', 'config-not-found', '']]])
  })

  it('is not sound', async () => {
    const cwd = project({ 'dbfleet.config.json': '{"fleet": [{"fils": "*.db"}]}' })
    const { status, document } = await doctor(cwd)
    expect([status, short(document)]).toEqual([1, [['error', 'config-invalid', '']]])
  })

  it('is right, but the command line is not: that is no finding', async () => {
    const cwd = await migrated('alice')
    for (const [code, ...args] of [
      ['unknown-database', '--db', 'zoe'],
      ['usage', '--files', '*.db', '--url', 'a.db'],
      ['bad-shard', '--shard', '3/2'],
    ] as [string, ...string[]][]) {
      const { status, stdout } = await runCli(['doctor', ...args, '--json'], { cwd })
      expect([args, status, JSON.parse(stdout).error.code]).toEqual([args, 2, code])
    }
  })

  it('names a directory of migrations that is not there, and a backups directory that is a file', async () => {
    const cwd = project({
      'dbfleet.config.json': JSON.stringify({
        migrations: 'absent',
        backups: 'file/sets',
        fleet: [{ files: 'databases/*.db' }],
      }),
      file: '',
      'databases/a.db': '',
    })
    const { document } = await doctor(cwd)
    expect(short(document)).toEqual([
      ['error', 'backups-unwritable', ''],
      ['error', 'migrations-missing', ''],
    ])
  })

  it('has a source that fails, which hides no other', async () => {
    const cwd = project({
      'dbfleet.config.json': JSON.stringify({
        fleet: [
          { files: 'databases/*.db' },
          { query: { url: 'file:absent.db', sql: 'select name, url from t' } },
          { files: 'no\\' },
          { files: 'none/*.db' },
        ],
      }),
      'databases/broken.db': 'not a database, but text that is longer than its header would be',
    })
    const { document } = await doctor(cwd)
    expect(short(document)).toEqual([
      ['error', 'bad-pattern', ''],
      ['error', 'missing', ''],
      ['error', 'not-a-database', 'broken'],
      ['note', 'source-empty', ''],
    ])
    // What could not be listed may be what is selected.
    expect((await doctor(cwd, ['--db', 'tenant'])).status).toBe(1)
  })

  it('gives two databases one name', async () => {
    const files = [{ files: 'one/*.db' }, { files: 'two/*.db' }]
    const cwd = project({
      'dbfleet.config.json': JSON.stringify({ fleet: files }),
      'one/a.db': '',
      'two/a.db': '',
    })
    expect(short((await doctor(cwd)).document)).toEqual([['error', 'duplicate-name', '']])
  })

  it('names secrets that are not there, each once', async () => {
    const encrypted = (files: string, secret: object) => ({ files, encryptionKey: secret })
    const cwd = project({
      'dbfleet.config.json': JSON.stringify({
        fleet: [
          encrypted('one/*.db', { env: 'NO_SUCH_KEY' }),
          encrypted('two/*.db', { file: 'no-such-file' }),
          encrypted('three/*.db', { command: ['false', 'secret-argument'] }),
          { files: 'plain/*.db' },
        ],
      }),
      'one/a.db': '',
      'one/b.db': '',
      'two/c.db': '',
      'three/d.db': '',
      'plain/e.db': '',
    })
    const { stdout, document } = await doctor(cwd)
    expect(short(document)).toEqual([
      ['error', 'secret-failed', 'd'],
      ['error', 'secret-missing', 'a b'],
      ['error', 'secret-missing', 'c'],
    ])
    expect(stdout).toContain('NO_SUCH_KEY')
    expect(stdout).not.toContain('secret-argument')
    expect(document.summary).toMatchObject({ total: 5, ok: 1, failed: 4 })
  })

  it.skipIf(process.platform === 'win32')('names a secret that others can read', async () => {
    const cwd = project({
      'dbfleet.config.json': JSON.stringify({
        fleet: [{ files: 'databases/*.db', encryptionKey: { file: 'key' } }],
      }),
      key: 'CANARY-key-of-some-length',
    })
    chmodSync(join(cwd, 'key'), 0o600)
    await runJson(['create', 'a'], { cwd })
    expect((await doctor(cwd)).document.findings).toEqual([])
    chmodSync(join(cwd, 'key'), 0o644)
    const { status, stdout, document } = await doctor(cwd)
    expect([status, short(document)]).toEqual([0, [['warning', 'secret-exposed', 'a']]])
    expect(stdout).not.toContain('CANARY')
  })
})

describe('databases', () => {
  it('that cannot be read are grouped by why', async () => {
    const cwd = await migrated('alice', 'bob', 'carol')
    const text = 'not a database, but text that is longer than its header would have to be\n'
    writeFiles(cwd, { 'databases/x.db': text.repeat(20), 'databases/y.db': text.repeat(20) })
    const db = new Database(at(cwd, 'bob'))
    db.exec('DROP TABLE dbfleet_migrations; CREATE TABLE dbfleet_migrations (mine)')
    db.close()
    const { status, document } = await doctor(cwd)
    expect([status, short(document)]).toEqual([
      1,
      [
        ['error', 'ledger-invalid', 'bob'],
        ['error', 'not-a-database', 'x y'],
      ],
    ])
    expect(document.summary).toMatchObject({ total: 5, ok: 2, failed: 3 })
  })

  it('that are listed but not there are named', async () => {
    const databases = [{ name: 'hq', url: 'file:hq.db' }]
    const cwd = project({ 'dbfleet.config.json': JSON.stringify({ fleet: [{ databases }] }) })
    expect(short((await doctor(cwd)).document)).toEqual([['error', 'missing', 'hq']])
  })

  it('whose ledger does not fit the migrations are named', async () => {
    const cwd = await migrated('alice', 'bob')
    await runJson(['down', '--db', 'bob'], { cwd })
    writeFiles(cwd, {
      [`migrations/${A}.up.sql`]: 'CREATE TABLE a (edited);\n',
      'migrations/20260101120000_between.up.sql': 'CREATE TABLE between_them (x);\n',
    })
    execFileSync('mv', [join(cwd, `migrations/${B}.up.sql`), join(cwd, 'b.sql')])
    execFileSync('mv', [join(cwd, `migrations/${B}.down.sql`), join(cwd, 'b-down.sql')])
    const { status, document } = await doctor(cwd)
    expect([status, short(document)]).toEqual([
      1,
      [
        ['error', 'migration-deleted', 'alice'],
        ['error', 'migration-edited', 'alice bob'],
        ['warning', 'out-of-order', 'alice'],
      ],
    ])
    expect(document.summary).toMatchObject({ total: 2, ok: 0, failed: 2 })
  })

  it('that a killed writer left are not rolled back, but named', async () => {
    const cwd = await migrated('alice')
    const path = at(cwd, 'alice')
    const script = `
      const Database = require(${JSON.stringify(DRIVER)})
      const db = new Database(${JSON.stringify(path)})
      db.pragma('cache_size = 1'); db.pragma('cache_spill = 1')
      db.exec('BEGIN; CREATE TABLE t (x)')
      for (let i = 0; i < 200; i++) db.prepare('INSERT INTO t VALUES (?)').run('x'.repeat(4000))
      process.kill(process.pid, 'SIGKILL')`
    expect(() => execFileSync(process.execPath, ['-e', script])).toThrow()
    const journal = readFileSync(`${path}-journal`)
    const { status, document } = await doctor(cwd)
    expect([status, short(document)]).toEqual([0, [['warning', 'needs-recovery', 'alice']]])
    expect(readFileSync(`${path}-journal`).equals(journal)).toBe(true)
  })

  it('have what killed runs left beside them', async () => {
    const cwd = await migrated('alice', 'bob')
    const unfinished = '.carol.db.dbfleet-0123456789ab.tmp'
    const fresh = '.dave.db.dbfleet-0123456789ab.tmp'
    writeFiles(cwd, {
      [`databases/${unfinished}`]: '',
      [`databases/${fresh}`]: '',
      'listed/eve.db-journal': 'left',
      'dbfleet.config.json': JSON.stringify({
        fleet: [
          { files: 'databases/*.db' },
          { databases: [{ name: 'eve', url: 'listed/eve.db' }] },
        ],
      }),
    })
    age(join(cwd, 'databases', unfinished), DAY_S)
    const { document } = await doctor(cwd)
    expect(short(document)).toEqual([
      ['error', 'missing', 'eve'],
      ['warning', 'leftover-file', ''],
      ['warning', 'leftover-journal', ''],
    ])
    const messages = document.findings.map(({ message }) => message).join('\n')
    expect(messages).toContain(unfinished)
    expect(messages).not.toContain(fresh)
    expect(messages).toContain(join('listed', 'eve.db-journal'))
  })

  it('have a scratch directory that a killed run left', async () => {
    const cwd = await migrated('alice')
    for (const name of ['dbfleet-aB3xY9', 'dbfleet-fresh1', 'dbfleet-other-thing', 'unrelated']) {
      mkdirSync(join(cwd, 'tmp', name), { recursive: true })
      if (name !== 'dbfleet-fresh1') age(join(cwd, 'tmp', name), 2 * DAY_S)
    }
    const { status, document } = await doctor(cwd)
    expect([status, short(document)]).toEqual([0, [['note', 'leftover-scratch', '']]])
    expect(only(document).message).toMatch(/: .*dbfleet-aB3xY9$/)
    expect(existsSync(join(cwd, 'tmp', 'dbfleet-aB3xY9'))).toBe(true)
  })

  it.runIf(isRoot)('may not be written', async ctx => {
    const cwd = await migrated('file', 'fine')
    chmodSync(cwd, 0o755)
    const env = withOwnTmp(cwd)
    chmodSync(join(cwd, 'tmp'), 0o777)
    const { status, stderr } = await runCli(['list'], { cwd, uid: NOBODY, env })
    if (status !== 0) return ctx.skip(`another user cannot run it here: ${stderr}`)
    chmodSync(join(cwd, 'databases'), 0o777)
    chmodSync(at(cwd, 'file'), 0o444)
    chmodSync(at(cwd, 'fine'), 0o666)
    mkdirSync(join(cwd, 'backups'))
    chmodSync(join(cwd, 'backups'), 0o755)
    const files = await doctor(cwd, [], { uid: NOBODY })
    expect(short(files.document)).toEqual([
      ['error', 'backups-unwritable', ''],
      ['error', 'readonly', 'file'],
    ])
    chmodSync(join(cwd, 'databases'), 0o755)
    chmodSync(join(cwd, 'backups'), 0o777)
    chmodSync(at(cwd, 'file'), 0o666)
    const directory = await doctor(cwd, [], { uid: NOBODY })
    expect(short(directory.document)).toEqual([['error', 'readonly', 'file fine']])
  })

  it('are damaged: --quick-check finds what reading the ledger does not', async () => {
    const cwd = await migrated('alice', 'bob', 'carol')
    for (const name of ['bob', 'carol']) damageIndex(at(cwd, name))
    expect((await doctor(cwd)).status).toBe(0)
    const { status, document } = await doctor(cwd, ['--quick-check'])
    expect([status, short(document)]).toEqual([1, [['error', 'corrupt', 'bob carol']]])
    expect(document.summary).toMatchObject({ ok: 1, failed: 2 })
    expect(
      (await doctor(cwd, ['--quick-check', '--except', 'bob'])).document.summary,
    ).toMatchObject({ total: 2, failed: 1 })
  })

  it('of a great fleet are told in a few lines', async () => {
    const text = 'not a database, but text that is longer than its header would have to be\n'
    const names = Array.from({ length: 300 }, (_, i) => `databases/t${i}.db`)
    const cwd = project(Object.fromEntries(names.map(name => [name, text.repeat(20)])))
    const { stdout } = await runCli(['doctor'], { cwd, env: withOwnTmp(cwd) })
    expect(stdout.split('\n').length).toBeLessThan(8)
    expect(stdout).toContain('in 300 databases: t0, t1, t10 and 297 more')
  })
})

/** Makes the root page of an index point nowhere; the ledger stays readable. */
function damageIndex(path: string): void {
  const db = new Database(path)
  const page = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'b_id'").pluck().get()
  const size = db.pragma('page_size', { simple: true }) as number
  db.close()
  const bytes = readFileSync(path)
  bytes.fill(0x5a, (Number(page) - 1) * size, Number(page) * size)
  writeFileSync(path, bytes)
}

describe('an engine that does not load', () => {
  it('is named, and the other one serves', async () => {
    const cwd = await migrated('alice')
    writeFiles(cwd, {
      'refuse.cjs': `const { Module } = require('node:module')
const load = process.dlopen
process.dlopen = function (module, path, ...rest) {
  if (/better_sqlite3/.test(path)) throw new Error('refused')
  return load.call(this, module, path, ...rest)
}`,
    })
    const env = { NODE_OPTIONS: `--require ${join(cwd, 'refuse.cjs')}` }
    const { status, document } = await doctor(cwd, [], { env })
    expect([status, short(document)]).toEqual([0, [['warning', 'engine-missing', '']]])
    expect(document.engines[0]).toEqual({ name: 'better-sqlite3', sqlite: null })
    expect(document.summary).toMatchObject({ ok: 1 })
  })
})
