import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { newIdentity, recipientOf } from '../../src/backup/age.js'
import { age } from '../backup/age-command.js'
import { contentOf } from '../backup/compare.js'
import { manifestErrors } from '../docs/manifest-schema.js'
import { schemaErrors } from '../docs/report-schema.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { backUp, manifestOf } from './backup-sets.js'
import { libsqlFile } from './libsql-files.js'
import { runCli, runJson, writeFiles } from './run-cli.js'

const HIDDEN = 'nobody else is to read this'
const PASSPHRASE = 'correct horse battery staple'

describe('encrypted backup sets', () => {
  const directory = temporaryDirectories()

  async function keys(cwd: string): Promise<{ identity: string; recipient: string; file: string }> {
    const identity = await newIdentity({ postQuantum: false })
    const file = join(cwd, 'key.txt')
    writeFileSync(file, `# a key\n${identity}\n`)
    return { identity, recipient: (await recipientOf(identity)) ?? '', file }
  }

  function project(config: object = {}, names = ['alice', 'bob']): string {
    const cwd = directory()
    writeFiles(cwd, {
      'dbfleet.config.json': JSON.stringify({ fleet: [{ files: 'databases/*.db' }], ...config }),
      'databases/.keep': '',
    })
    for (const name of names) {
      const db = new Database(join(cwd, 'databases', `${name}.db`))
      db.exec('CREATE TABLE notes (id INTEGER PRIMARY KEY, text)')
      db.prepare('INSERT INTO notes (text) VALUES (?)').run(HIDDEN)
      db.close()
    }
    return cwd
  }

  /** All bytes of a set. */
  function bytesOf(set: string): string {
    return readdirSync(set, { recursive: true, encoding: 'utf8' })
      .map(name => join(set, name))
      .filter(path => statSync(path).isFile())
      .map(path => readFileSync(path, 'latin1'))
      .join('\n')
  }

  it('are proven without a private key, and restored with one, by dbfleet and without', async () => {
    const cwd = project()
    const { recipient, identity, file } = await keys(cwd)
    const { status, document, stderr } = await backUp(['--encrypt-to', recipient], { cwd })
    expect([status, stderr]).toEqual([0, ''])
    expect(schemaErrors(document)).toEqual([])
    expect(document.databases).toMatchObject([
      { name: 'alice', proven: true, rows: 1, object: 'databases/alice.sql.zst.age' },
      { name: 'bob', proven: true, rows: 1 },
    ])
    const manifest = manifestOf(document.set)
    expect(manifestErrors(manifest)).toEqual([])
    expect(manifest).toMatchObject({ encryption: { scheme: 'age', recipients: [recipient] } })
    expect(manifest.databases).toMatchObject([{ tables: [] }, { tables: [] }])
    expect(new Set(manifest.databases.map(({ digest }) => digest)).size).toBe(2)
    expect(bytesOf(document.set)).not.toContain(HIDDEN)
    expect(bytesOf(document.set)).not.toContain(identity)

    const plain = await runJson(['verify', document.set], { cwd })
    expect([plain.status, plain.stderr]).toEqual([0, ''])
    for (const args of [[], ['--restore']]) {
      const found = await runJson(['verify', document.set, '--identity', file, ...args], { cwd })
      expect([found.status, found.document.findings]).toEqual([0, []])
    }

    const restored = await runJson(
      ['restore', document.set, '--all', '--to', 'new', '--identity', file],
      { cwd },
    )
    expect([restored.status, restored.stderr]).toEqual([0, ''])
    const original = contentOf(join(cwd, 'databases/alice.db'))
    expect(contentOf(join(cwd, 'new/alice.db'))).toEqual(original)
    const env = { DBFLEET_IDENTITY: identity }
    const again = await runJson(['restore', document.set, '--all', '--to', 'new'], { cwd, env })
    expect(again.document).toMatchObject({ summary: { skipped: 2 } })

    const { status: piped, stderr: why } = spawnSync(
      'sh',
      [
        '-c',
        'age -d -i "$0" databases/alice.sql.zst.age | zstd -dc | sqlite3 -bail "$1"',
        file,
        join(cwd, 'shell.db'),
      ],
      { cwd: document.set },
    )
    expect([piped, String(why)]).toEqual([0, ''])
    expect(contentOf(join(cwd, 'shell.db'))).toEqual(original)
  })

  it('say which key is missing, and restore nothing without one', async () => {
    const cwd = project()
    const { recipient } = await keys(cwd)
    const { document } = await backUp(['--encrypt-to', recipient], { cwd })
    const missing = await runJson(['restore', document.set, '--all', '--to', 'new'], { cwd })
    expect(missing.status).toBe(3)
    expect(missing.document).toMatchObject({ databases: [{ error: { code: 'key-needed' } }, {}] })
    const other = directory()
    const { file } = await keys(other)
    const args = ['restore', document.set, '--all', '--to', 'new', '--identity', file]
    const wrong = await runJson(args, { cwd })
    expect(wrong.document).toMatchObject({ databases: [{ error: { code: 'wrong-key' } }, {}] })
    expect(existsSync(join(cwd, 'new/alice.db'))).toBe(false)
  })

  it('are opened by a passphrase, which is written nowhere', async () => {
    const cwd = project()
    const env = { DBFLEET_PASSPHRASE: PASSPHRASE }
    const first = await backUp(['--compress', 'gzip'], { cwd, env })
    expect([first.status, first.stderr]).toEqual([0, ''])
    const { set } = first.document
    const manifest = manifestOf(set)
    expect(manifestErrors(manifest)).toEqual([])
    expect(manifest.encryption?.identity?.bytes).toBe(statSync(join(set, 'identity.age')).size)
    expect(statSync(join(set, 'identity.age')).mode & 0o777).toBe(0o600)
    expect(bytesOf(set)).not.toContain(HIDDEN)
    expect(bytesOf(set)).not.toContain(PASSPHRASE)

    writeFileSync(join(cwd, 'pass.txt'), `${PASSPHRASE}\n`)
    const args = ['restore', set, '--all', '--to', 'new', '--passphrase-file', 'pass.txt']
    const restored = await runJson(args, { cwd })
    expect([restored.status, restored.stderr]).toEqual([0, ''])
    const original = contentOf(join(cwd, 'databases/bob.db'))
    expect(contentOf(join(cwd, 'new/bob.db'))).toEqual(original)
    expect((await runJson(['verify', set], { cwd })).status).toBe(0)

    // A second set of that place has the same identity, so that it could refer to the first one.
    const second = manifestOf((await backUp([], { cwd, env })).document.set)
    expect(second.encryption).toEqual(manifest.encryption)

    const wrong = await runJson(['verify', set], { cwd, env: { DBFLEET_PASSPHRASE: 'another' } })
    expect(wrong.status).toBe(2)
    expect(wrong.document).toMatchObject({ error: { code: 'wrong-key' } })
    const path = join(set, 'identity.age')
    const bytes = readFileSync(path)
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 5) ^ 1, bytes.length - 5)
    writeFileSync(path, bytes)
    const damaged = await runJson(['verify', set], { cwd })
    expect(damaged.status).toBe(1)
    expect(damaged.document).toMatchObject({ findings: [{ code: 'identity-damaged' }] })
  })

  it('take what is encrypted at rest, and leave nothing of it in the clear', async () => {
    const cwd = directory()
    const { recipient, file } = await keys(cwd)
    writeFiles(cwd, {
      'dbfleet.config.json': JSON.stringify({
        fleet: [{ files: 'secret/*.db', encryptionKey: { env: 'DBFLEET_TEST_KEY' } }],
        encryption: { recipients: ['who.txt'], identity: { file: 'key.txt' } },
      }),
      'who.txt': `# us\n\n${recipient}\n`,
    })
    // Too large to be tried in memory.
    libsqlFile(
      cwd,
      'secret/safe.db',
      [
        'CREATE TABLE t (x)',
        `INSERT INTO t WITH c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 30000) SELECT i || '${HIDDEN}' FROM c`,
      ],
      'a key',
    )
    const options = { cwd, env: { DBFLEET_TEST_KEY: 'a key' } }
    const { status, document } = await backUp([], options)
    expect(status).toBe(0)
    expect(document.databases).toMatchObject([{ name: 'safe', proven: true, rows: 30_000 }])
    expect(manifestOf(document.set).databases).toMatchObject([{ encryptedAtRest: true }])
    expect(bytesOf(document.set)).not.toContain(HIDDEN)
    const verified = await runJson(['verify', document.set, '--restore'], options)
    expect([verified.status, verified.document.findings]).toEqual([0, []])
    const text = age(['-d', '-i', file, join(document.set, 'databases/safe.sql.zst.age')])
    expect(text.length).toBeGreaterThan(1000)
  })

  it('are not begun for who is no recipient', async () => {
    const cwd = project()
    const { recipient, identity } = await keys(cwd)
    const typo = recipient.replace(/.$/, last => (last === 'q' ? 'p' : 'q'))
    writeFiles(cwd, { 'list.txt': `${recipient}\n${typo}\n`, 'none.txt': '# nobody\n' })
    for (const [given, words] of [
      [typo, typo],
      ['list.txt', 'list.txt:2'],
      ['none.txt', 'names no recipient'],
      ['missing.txt', 'missing.txt'],
      [identity, 'a private key'],
      ['ssh-ed25519 AAAA', 'a key of SSH'],
    ] as const) {
      const result = await runJson(['backup', '--encrypt-to', given], { cwd })
      expect(result.status, given).toBe(2)
      expect(result.document).toMatchObject({
        error: { code: 'bad-recipient', message: expect.stringContaining(words) },
      })
      expect(result.stdout + result.stderr).not.toContain(identity)
    }
    expect(existsSync(join(cwd, 'backups'))).toBe(false)
    const { stdout } = await runCli(['backup', '--encrypt-to', recipient], { cwd })
    expect(stdout).toContain('2 proven')
  })
})
