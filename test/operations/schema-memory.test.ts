import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { openFleet } from '../../src/operations/open-fleet.js'
import { libsqlFile } from '../cli/libsql-files.js'
import { writeFiles } from '../cli/run-cli.js'
import { temporaryDirectories } from '../temporary-directory.js'

describe('check, of a fleet that it has seen before', () => {
  const directory = temporaryDirectories()

  function project(): string {
    const cwd = directory()
    mkdirSync(join(cwd, 'node_modules'))
    writeFiles(cwd, {
      'migrations/1_a.up.sql': 'CREATE TABLE a (x);\n',
      'migrations/1_a.down.sql': 'DROP TABLE a;\n',
      'databases/.keep': '',
    })
    return cwd
  }

  const config = { fleet: [{ files: 'databases/*.db' }] }

  async function findings(cwd: string, fleet: object[] = config.fleet): Promise<string[]> {
    const opened = await openFleet({ cwd, config: { fleet } as typeof config })
    const report = await opened.check()
    return report.findings.map(({ message, databases }) => `${databases}: ${message}`)
  }

  /** Later than the margin in which a file is not believed to be settled. */
  const settle = () => sleep(150)

  /** The file in which what is known of databases is kept, or of migrations. */
  function memoryOf(cwd: string, what: 'schemas' | 'migrations'): string {
    const cache = join(cwd, 'node_modules/.cache/dbfleet')
    const name = readdirSync(cache).find(file => file.startsWith(what))
    return join(cache, name ?? what)
  }

  function editMemory(path: string, edit: (kept: string) => string): void {
    const before = readFileSync(path, 'utf8')
    const after = edit(before)
    expect(after).not.toBe(before)
    writeFileSync(path, after)
  }

  test('opens only what somebody wrote to', async () => {
    const cwd = project()
    const fleet = await openFleet({ cwd, config })
    await fleet.create(['alice', 'bob'])
    await settle()
    expect(await findings(cwd)).toEqual([])
    const memory = memoryOf(cwd, 'schemas')
    expect(readFileSync(memory, 'utf8')).toContain('alice.db')
    // What is remembered is believed, so a file of the same stamp is not looked into.
    editMemory(memory, kept => kept.replace('CREATE TABLE a (x)', 'CREATE TABLE a (x, y)'))
    expect(await findings(cwd)).toEqual(['alice,bob: has an extra column a.y'])
  })

  test.each(['wal', 'delete'])('finds what changed since, in %s mode', async mode => {
    const cwd = project()
    const fleet = await openFleet({ cwd, config })
    await fleet.create(['alice', 'bob'])
    const db = new Database(join(cwd, 'databases/alice.db'))
    db.pragma(`journal_mode = ${mode}`)
    db.exec('INSERT INTO a VALUES (1)')
    await settle()
    expect(await findings(cwd)).toEqual([])
    db.exec('CREATE TABLE late (x)')
    expect(await findings(cwd)).toEqual(['alice: has an extra table late'])
    await settle()
    expect(await findings(cwd)).toEqual(['alice: has an extra table late'])
    db.exec('DROP TABLE late')
    db.close()
    expect(await findings(cwd)).toEqual([])
  })

  test('does not believe a stamp that a write in the same moment would not change', async () => {
    const cwd = project()
    const fleet = await openFleet({ cwd, config })
    await fleet.create(['alice'])
    const path = join(cwd, 'databases/alice.db')
    const future = new Date(Date.now() + 60_000)
    utimesSync(path, future, future)
    expect(await findings(cwd)).toEqual([])
    const db = new Database(path)
    db.exec('CREATE TABLE late (x)')
    db.close()
    utimesSync(path, future, future)
    expect(await findings(cwd)).toEqual(['alice: has an extra table late'])
  })

  test('looks at the file behind a link, and at its log', async () => {
    const cwd = project()
    const fleet = await openFleet({ cwd, config })
    await fleet.create(['alice'])
    mkdirSync(join(cwd, 'links'))
    symlinkSync('../databases/alice.db', join(cwd, 'links/l.db'))
    const links = [{ files: 'links/*.db' }]
    const db = new Database(join(cwd, 'databases/alice.db'))
    db.pragma('journal_mode = wal')
    await settle()
    expect(await findings(cwd, links)).toEqual([])
    db.exec('CREATE TABLE late (x)')
    expect(await findings(cwd, links)).toEqual(['l: has an extra table late'])
    db.close()
  })

  test('keeps nothing of encrypted databases', async () => {
    const cwd = project()
    libsqlFile(cwd, 'databases/secret.db', ['CREATE TABLE confidential (x)'], 'key')
    writeFiles(cwd, { 'key.txt': 'key' })
    await settle()
    const source = { files: 'databases/*.db', encryptionKey: { file: 'key.txt' } }
    expect(await findings(cwd, [source])).toEqual([
      expect.stringContaining('secret: has a schema but no ledger'),
      expect.stringContaining('pending'),
    ])
    expect(readdirSync(join(cwd, 'node_modules/.cache/dbfleet'))).toEqual([
      expect.stringMatching(/^migrations-/),
    ])
  })

  test('reads everything where the memory is damaged', async () => {
    const cwd = project()
    const fleet = await openFleet({ cwd, config })
    await fleet.create(['alice'])
    await settle()
    expect(await findings(cwd)).toEqual([])
    const lists = '"paths":["a"],"stamps":["b"],"schemas":[0]'
    const damaged = [
      ...['{', '[]', 'null', '{"version":"0.1.0","known":7}'],
      `{"version":"0.1.0","known":[null],${lists}}`,
      `{"version":"0.1.0","known":[],${lists.replace('"b"', '')}}`,
    ]
    for (const text of damaged) {
      for (const what of ['schemas', 'migrations'] as const) {
        writeFileSync(memoryOf(cwd, what), text)
      }
      expect(await findings(cwd)).toEqual([])
    }
  })

  test('looks for the log of each of many files in one directory', async () => {
    const cwd = project()
    const names = Array.from({ length: 12 }, (_, i) => `user-${i}`)
    const fleet = await openFleet({ cwd, config })
    await fleet.create(names)
    const path = join(cwd, 'databases/user-7.db')
    const db = new Database(path)
    db.pragma('journal_mode = wal')
    await settle()
    expect(await findings(cwd)).toEqual([])
    db.exec('CREATE TABLE late (x)')
    expect(await findings(cwd)).toEqual(['user-7: has an extra table late'])
    await settle()
    expect(await findings(cwd)).toEqual(['user-7: has an extra table late'])
    // The commits go with their log, and the file itself is what it was.
    for (const log of ['-wal', '-shm']) renameSync(path + log, join(cwd, `away${log}`))
    expect(await findings(cwd)).toEqual([])
    db.close()
  })

  describe('and of migrations that nobody wrote to', () => {
    async function checked(): Promise<string> {
      const cwd = project()
      const fleet = await openFleet({ cwd, config })
      await fleet.create(['alice'])
      await settle()
      expect(await findings(cwd)).toEqual([])
      return cwd
    }

    test('does not run them again', async () => {
      const cwd = await checked()
      editMemory(memoryOf(cwd, 'migrations'), kept => kept.replaceAll('"x"', '"z"'))
      expect(await findings(cwd)).toEqual([
        'alice: lacks column a.z',
        'alice: has an extra column a.x',
      ])
    })

    test.each([
      [
        'an up',
        'migrations/1_a.up.sql',
        'CREATE TABLE a (x);\nSELECT * FROM b;\n',
        'no such table',
      ],
      ['a down', 'migrations/1_a.down.sql', 'DROP TABLE b;\n', 'no such table'],
      ['schema.sql', 'migrations/schema.sql', 'CREATE TABLE b (x);\n', 'schema.sql is not'],
    ])('runs them when %s changed', async (_what, file, text, found) => {
      const cwd = await checked()
      writeFiles(cwd, { [file]: text })
      const expected = expect.arrayContaining([expect.stringContaining(found)])
      expect(await findings(cwd)).toEqual(expected)
      // What is wrong is not kept, so that it is told each time.
      expect(await findings(cwd)).toEqual(expected)
    })

    test.each([
      ['is cut short', (kept: string) => kept.slice(0, -20)],
      ['lacks a schema', (kept: string) => kept.replace(/"schemas":\[.*\]/, '"schemas":[]')],
      ['lacks a part', (kept: string) => kept.replace(/"parts":\[.*?\],"sch/, '"parts":[],"sch')],
    ])('runs them where the memory %s', async (_how, edit) => {
      const cwd = await checked()
      editMemory(memoryOf(cwd, 'migrations'), edit)
      const db = new Database(join(cwd, 'databases/alice.db'))
      db.exec('CREATE TABLE late (x)')
      db.close()
      expect(await findings(cwd)).toEqual(['alice: has an extra table late'])
    })

    test('runs modules each time, since they may do anything', async () => {
      const cwd = project()
      writeFiles(cwd, {
        'migrations/2_b.mjs': 'export const up = () => {}\nexport const down = () => {}\n',
      })
      const fleet = await openFleet({ cwd, config })
      expect((await fleet.check({ offline: true })).findings).toEqual([])
      expect(readdirSync(join(cwd, 'node_modules'))).toEqual([])
    })
  })
})
