import {
  mkdirSync,
  readdirSync,
  readFileSync,
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

  function remembered(cwd: string): string {
    const cache = join(cwd, 'node_modules/.cache/dbfleet')
    return readdirSync(cache)
      .map(file => readFileSync(join(cache, file), 'utf8'))
      .join('\n')
  }

  test('opens only what somebody wrote to', async () => {
    const cwd = project()
    const fleet = await openFleet({ cwd, config })
    await fleet.create(['alice', 'bob'])
    await settle()
    expect(await findings(cwd)).toEqual([])
    expect(remembered(cwd)).toContain('alice.db')
    // What is remembered is believed, so a file of the same stamp is not looked into.
    const memory = join(cwd, 'node_modules/.cache/dbfleet')
    const [name = ''] = readdirSync(memory)
    const kept = JSON.parse(readFileSync(join(memory, name), 'utf8'))
    for (const text of Object.values<{ rows: object[] }>(kept.texts)) {
      text.rows.push({ type: 'table', name: 'm', table: 'm', sql: 'CREATE TABLE m (x)' })
    }
    writeFileSync(join(memory, name), JSON.stringify(kept))
    expect(await findings(cwd)).toEqual(['alice,bob: has an extra table m'])
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
    expect(readdirSync(join(cwd, 'node_modules'))).toEqual([])
  })

  test('reads everything where the memory is damaged', async () => {
    const cwd = project()
    const fleet = await openFleet({ cwd, config })
    await fleet.create(['alice'])
    await settle()
    expect(await findings(cwd)).toEqual([])
    const memory = join(cwd, 'node_modules/.cache/dbfleet')
    for (const text of ['{', '[]', 'null', '{"version":"0.1.0","files":{},"texts":7}']) {
      for (const file of readdirSync(memory)) writeFileSync(join(memory, file), text)
      expect(await findings(cwd)).toEqual([])
    }
  })
})
