import {
  appendFileSync,
  copyFileSync,
  cpSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { generateIdentity, identityToRecipient } from 'age-encryption'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { manifestErrors } from '../docs/manifest-schema.js'
import { schemaErrors } from '../docs/report-schema.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { backUp, manifestOf, setsIn } from './backup-sets.js'
import { runCli, runJson, writeFiles } from './run-cli.js'

const FAST = ['--compress', 'none']
/** A file that was written to a moment ago may be written to in the same tick of the clock. */
const SETTLING_MS = 120

describe('a backup of files that nobody wrote to', () => {
  const directory = temporaryDirectories()

  async function project(...names: string[]): Promise<string> {
    const cwd = directory()
    writeFiles(cwd, {
      'dbfleet.config.json': JSON.stringify({ fleet: [{ files: 'databases/*.db' }] }),
      'databases/.keep': '',
    })
    for (const name of names) execute(join(cwd, 'databases', `${name}.db`), 'CREATE TABLE t (x)')
    await sleep(SETTLING_MS)
    return cwd
  }

  function execute(path: string, sql: string): void {
    const db = new Database(path)
    db.exec(sql)
    db.close()
  }

  async function unchangedIn(cwd: string, ...args: string[]): Promise<string[]> {
    const { document, status } = await backUp([...FAST, ...args], { cwd })
    expect([status, schemaErrors(document)]).toEqual([0, []])
    expect(manifestErrors(manifestOf(document.set))).toEqual([])
    return document.databases.filter(({ unchanged }) => unchanged).map(({ name }) => name)
  }

  it('refers to the objects that are there, and reads only the others', async () => {
    const cwd = await project('alice', 'bob')
    const first = await backUp(FAST, { cwd })
    execute(join(cwd, 'databases/bob.db'), 'INSERT INTO t VALUES (1)')
    execute(join(cwd, 'databases/carol.db'), 'CREATE TABLE t (x)')
    await sleep(SETTLING_MS)
    const second = await backUp(FAST, { cwd })
    expect(second.document.databases).toMatchObject([
      {
        name: 'alice',
        unchanged: true,
        proven: true,
        object: `../${basename(first.document.set)}/databases/alice.sql`,
      },
      { name: 'bob', unchanged: false, proven: true, object: 'databases/bob.sql', rows: 1 },
      { name: 'carol', unchanged: false, proven: true },
    ])
    expect(readdirSync(join(second.document.set, 'databases'))).toEqual(['bob.sql', 'carol.sql'])
    const [before] = manifestOf(first.document.set).databases
    const [after] = manifestOf(second.document.set).databases
    const set = basename(first.document.set)
    expect(after).toEqual({ ...before, object: { ...before?.object, set } })

    const third = await backUp(FAST, { cwd })
    expect(manifestOf(third.document.set).databases).toMatchObject([
      { object: { set } },
      { object: { set: basename(second.document.set) } },
      { object: { set: basename(second.document.set) } },
    ])
    const { stdout } = await runCli(['backup', ...FAST], { cwd })
    expect(stdout).toMatch(/\n3 of 3 unchanged, kept from 2 sets\nset /)
  })

  it('sees what is in the write-ahead log only, and what a checkpoint brought home', async () => {
    const cwd = await project('alice')
    const db = new Database(join(cwd, 'databases/alice.db'))
    db.pragma('journal_mode = WAL')
    db.exec('INSERT INTO t VALUES (1)')
    await sleep(SETTLING_MS)
    expect(await unchangedIn(cwd)).toEqual([])
    expect(await unchangedIn(cwd)).toEqual(['alice'])
    db.exec('INSERT INTO t VALUES (2)')
    await sleep(SETTLING_MS)
    const { document } = await backUp(FAST, { cwd })
    expect(document.databases).toMatchObject([{ unchanged: false, rows: 2 }])
    db.close()
    await sleep(SETTLING_MS)
    expect(await unchangedIn(cwd)).toEqual([])
    expect(await unchangedIn(cwd)).toEqual(['alice'])
  })

  it('sees the log of a database that is listed by a link to it', async () => {
    const cwd = directory()
    const databases = [{ name: 'alice', url: 'file:link.db' }]
    writeFiles(cwd, {
      'dbfleet.config.json': JSON.stringify({ fleet: [{ databases }] }),
      'a/b': '',
    })
    const db = new Database(join(cwd, 'a/real.db'))
    db.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (x)')
    db.pragma('wal_checkpoint(TRUNCATE)')
    symlinkSync('a/real.db', join(cwd, 'link.db'))
    await sleep(SETTLING_MS)
    await unchangedIn(cwd)
    expect(await unchangedIn(cwd)).toEqual(['alice'])
    db.exec('INSERT INTO t VALUES (1)')
    await sleep(SETTLING_MS)
    const { document } = await backUp(FAST, { cwd })
    db.close()
    expect(document.databases).toMatchObject([{ unchanged: false, rows: 1 }])
  })

  it('reads a file again that took the place of another, whatever its size and time', async () => {
    const cwd = await project('alice')
    const path = join(cwd, 'databases/alice.db')
    copyFileSync(path, join(cwd, 'other.db'))
    execute(join(cwd, 'other.db'), 'INSERT INTO t VALUES (7)')
    const { atime, mtime } = statSync(path)
    utimesSync(join(cwd, 'other.db'), atime, mtime)
    await sleep(SETTLING_MS)
    await unchangedIn(cwd)
    renameSync(path, join(cwd, 'aside.db'))
    renameSync(join(cwd, 'other.db'), path)
    await sleep(SETTLING_MS)
    const { document } = await backUp(FAST, { cwd })
    expect(document.databases).toMatchObject([{ unchanged: false, rows: 1 }])
  })

  it('reads a file again that was written to a moment before', async () => {
    const cwd = await project('alice')
    const writer = new Database(join(cwd, 'databases/alice.db'))
    const timer = setInterval(() => writer.exec('INSERT INTO t VALUES (1)'), 5)
    try {
      await backUp(FAST, { cwd })
    } finally {
      clearInterval(timer)
      writer.close()
    }
    expect(await unchangedIn(cwd)).toEqual([])
  })

  it('reads a database again whose object is gone or has another size', async () => {
    const cwd = await project('alice', 'bob', 'carol')
    const { document } = await backUp(FAST, { cwd })
    rmSync(join(document.set, 'databases/alice.sql'))
    appendFileSync(join(document.set, 'databases/bob.sql'), 'x')
    const again = await backUp(FAST, { cwd })
    expect(again.status).toBe(0)
    expect(again.document.databases).toMatchObject([
      { unchanged: false, proven: true },
      { unchanged: false, proven: true },
      { unchanged: true, proven: true },
    ])
    expect(manifestErrors(manifestOf(again.document.set))).toEqual([])
  })

  it('takes an object that was not proven only when nothing is to be proven', async () => {
    const cwd = await project('alice')
    await unchangedIn(cwd, '--no-prove')
    expect(await unchangedIn(cwd, '--no-prove')).toEqual(['alice'])
    expect(await unchangedIn(cwd)).toEqual([])
    // The proven one is older than one that is not.
    rmSync(setsIn(join(cwd, 'backups')).sets[1] ?? '', { recursive: true })
    expect(await unchangedIn(cwd)).toEqual(['alice'])
  })

  it('takes no object that is compressed in another way', async () => {
    const cwd = await project('alice')
    await backUp(['--compress', 'gzip'], { cwd })
    expect(await unchangedIn(cwd)).toEqual([])
    expect(await unchangedIn(cwd)).toEqual(['alice'])
  })

  it('takes no object that others could open than those who are to', async () => {
    const cwd = await project('alice')
    const [one, two] = [await generateIdentity(), await generateIdentity()]
    const [mine, yours] = [await identityToRecipient(one), await identityToRecipient(two)]
    const to = (...keys: string[]) => keys.flatMap(key => ['--encrypt-to', key])
    expect(await unchangedIn(cwd)).toEqual([])
    expect(await unchangedIn(cwd, ...to(mine))).toEqual([])
    expect(await unchangedIn(cwd, ...to(mine))).toEqual(['alice'])
    expect(await unchangedIn(cwd, ...to(mine, yours))).toEqual([])
    expect(await unchangedIn(cwd, ...to(yours))).toEqual([])
    expect(await unchangedIn(cwd)).toEqual(['alice'])
    const { document } = await backUp([...FAST, ...to(yours, mine)], { cwd })
    const [entry] = manifestOf(document.set).databases
    expect(entry?.object).toMatchObject({ encryption: 'age', set: expect.any(String) })
  })

  it('shares the identity of a passphrase with the sets that it refers to', async () => {
    const cwd = await project('alice')
    const env = { DBFLEET_PASSPHRASE: 'correct horse battery staple' }
    const first = await backUp(FAST, { cwd, env })
    const second = await backUp(FAST, { cwd, env })
    expect(second.document.databases).toMatchObject([{ unchanged: true }])
    await runCli(['prune', '--keep-last', '1', '--yes'], { cwd })
    expect(setsIn(join(cwd, 'backups')).others).toEqual([first.document.set])
    const verified = await runCli(['verify', 'latest', '--restore'], { cwd, env })
    expect([verified.status, verified.stderr]).toEqual([0, ''])
  })

  it('reads all with --full, and looks in no other set than --since says', async () => {
    const cwd = await project('alice', 'bob')
    const { document } = await backUp(FAST, { cwd })
    expect(await unchangedIn(cwd, '--full')).toEqual([])
    const old = basename(document.set)
    for (const since of [old, document.set, `backups/${old}/`]) {
      const { document } = await backUp([...FAST, '--since', since], { cwd })
      const [alice] = document.databases
      expect(alice?.object).toBe(`../${old}/databases/alice.sql`)
    }
    const count = setsIn(join(cwd, 'backups')).sets.length
    cpSync(document.set, join(cwd, 'elsewhere', old), { recursive: true })
    for (const args of [
      ['--since', 'nothing'],
      ['--since', join('elsewhere', old)],
      ['--since', old, '--full'],
    ]) {
      const { status, document } = await runJson<{ error: { code: string } }>(
        ['backup', ...FAST, ...args],
        { cwd },
      )
      expect([status, document.error.code]).toEqual([
        2,
        args.includes('--full') ? 'bad-options' : 'unknown-set',
      ])
    }
    const { sets, others } = setsIn(join(cwd, 'backups'))
    expect([sets.length, others]).toEqual([count, []])
  })

  it('looks further back for what the newest set was not asked for, or failed to get', async () => {
    const cwd = await project('alice', 'bob')
    await unchangedIn(cwd)
    await unchangedIn(cwd, '--db', 'bob', '--full')
    expect(await unchangedIn(cwd)).toEqual(['alice', 'bob'])
  })

  it('is not led astray by a set of a clock that was a year ahead, or by a damaged one', async () => {
    const cwd = await project('alice')
    const { document } = await backUp(FAST, { cwd })
    const place = join(cwd, 'backups')
    cpSync(document.set, join(place, '20991231T000000Z'), { recursive: true })
    execute(join(cwd, 'databases/alice.db'), 'INSERT INTO t VALUES (1)')
    await sleep(SETTLING_MS)
    expect(await unchangedIn(cwd)).toEqual([])
    expect(await unchangedIn(cwd)).toEqual(['alice'])
    for (const set of setsIn(place).sets) appendFileSync(join(set, 'manifest.json'), ' ')
    expect(await unchangedIn(cwd)).toEqual([])
  })

  it('never shows an earlier state of a database that cannot be read any more', async () => {
    const cwd = await project('alice', 'bob')
    await unchangedIn(cwd)
    writeFiles(cwd, { 'databases/alice.db': 'this is no database any more, but a text' })
    const { status, document } = await backUp(FAST, { cwd })
    expect(status).toBe(3)
    expect(document.databases).toMatchObject([
      { status: 'failed', unchanged: false, object: null },
      { status: 'ok', unchanged: true },
    ])
  })
})
