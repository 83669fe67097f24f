import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { UsageError } from '../../src/errors/usage-error.js'
import type { Fleet } from '../../src/operations/fleet.js'
import { openFleet } from '../../src/operations/open-fleet.js'
import type { VerifyOptions } from '../../src/operations/verify.js'
import { sumOf } from '../backup/manifests.js'
import { manifestOf } from '../cli/backup-sets.js'
import { temporaryDirectories } from '../temporary-directory.js'

describe('verify', () => {
  const directory = temporaryDirectories()

  /** A fleet of these databases, and a backup set of it. */
  async function backedUp(names: readonly string[], options: { prove?: boolean } = {}) {
    const cwd = directory()
    mkdirSync(join(cwd, 'databases'))
    for (const [index, name] of names.entries()) {
      const db = new Database(join(cwd, 'databases', `${name}.db`))
      db.exec(`CREATE TABLE t (id INTEGER PRIMARY KEY, x); INSERT INTO t VALUES (${index}, 'x')`)
      db.close()
    }
    const fleet = await openFleet({ cwd, config: { fleet: [{ files: 'databases/*.db' }] } })
    const { set } = await fleet.backup(options)
    return { cwd, fleet, set }
  }

  async function codes(fleet: Fleet, set: string, options: VerifyOptions = {}) {
    const { findings } = await fleet.verify(set, options)
    return findings.filter(({ severity }) => severity === 'error').map(({ code }) => code)
  }

  /** What verify says when nobody may rely on a set: what it found, or that it is none. */
  async function verdict(fleet: Fleet, set: string): Promise<string[]> {
    try {
      return await codes(fleet, set)
    } catch (error) {
      if (error instanceof UsageError) return [error.code]
      throw error
    }
  }

  const filesOf = (set: string) =>
    readdirSync(set, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))

  it('finds nothing in a set as it was written, read or restored, wherever it is', async () => {
    const { fleet, set, cwd } = await backedUp(['alice', 'bob'])
    const read = await fleet.verify('latest')
    expect(read).toMatchObject({ set, findings: [], summary: { total: 2, ok: 2 } })
    expect(read.databases.map(({ looked }) => looked)).toEqual(['bytes', 'bytes'])
    const moved = join(cwd, 'elsewhere')
    renameSync(set, moved)
    const none = await openFleet({ cwd: directory(), env: {}, optional: true })
    const restored = await none.verify(moved, { restore: true })
    expect(restored).toMatchObject({ findings: [], summary: { ok: 2 } })
    expect(restored.databases.map(({ looked }) => looked)).toEqual(['restored', 'restored'])
  })

  it('finds a bit that flipped, in every byte of every file', async () => {
    const { fleet, set } = await backedUp(['alice', 'Bob'])
    const files = filesOf(set)
    expect(files).toHaveLength(5)
    for (const file of files) {
      const bytes = readFileSync(file)
      for (let at = 0; at < bytes.length; at++) {
        const flipped = Buffer.from(bytes)
        flipped[at] = (bytes[at] ?? 0) ^ (1 << (at % 8))
        writeFileSync(file, flipped)
        expect(await verdict(fleet, set), `${basename(file)}, byte ${at}`).not.toEqual([])
      }
      writeFileSync(file, bytes)
    }
    expect(await verdict(fleet, set)).toEqual([])
  }, 120_000)

  it('finds a file that ends early, at every length', async () => {
    const { fleet, set } = await backedUp(['alice'])
    for (const file of filesOf(set)) {
      const bytes = readFileSync(file)
      for (let length = bytes.length - 1; length >= 0; length--) {
        truncateSync(file, length)
        expect(await verdict(fleet, set), `${basename(file)}, ${length} bytes`).not.toEqual([])
      }
      writeFileSync(file, bytes)
    }
  }, 120_000)

  it('finds each file that is missing, and names the database', async () => {
    const { fleet, set } = await backedUp(['alice', 'bob'])
    const expected: Record<string, string> = {
      'started.json': 'started-damaged',
      'manifest.json': 'set-unfinished',
      'manifest.json.sha256': 'manifest-damaged',
    }
    for (const file of filesOf(set)) {
      const bytes = readFileSync(file)
      rmSync(file)
      expect(await verdict(fleet, set)).toEqual([expected[basename(file)] ?? 'object-missing'])
      writeFileSync(file, bytes)
    }
    const [alice] = manifestOf(set).databases
    rmSync(join(set, alice?.object?.file ?? ''))
    const { databases, findings } = await fleet.verify(set)
    expect(databases.map(({ name, status }) => [name, status])).toEqual([
      ['alice', 'failed'],
      ['bob', 'ok'],
    ])
    expect(findings).toMatchObject([{ code: 'object-missing', databases: ['alice'] }])
  })

  it('finds objects that changed places, and one that is of another set', async () => {
    const { fleet, set } = await backedUp(['alice', 'bob'])
    const [alice, bob] = manifestOf(set).databases.map(({ object }) =>
      join(set, object?.file ?? ''),
    )
    const other = await backedUp(['alice', 'other', 'third'])
    const third = manifestOf(other.set).databases[1]?.object?.file ?? ''
    const kept = readFileSync(alice ?? '')
    copyFileSync(bob ?? '', alice ?? '')
    writeFileSync(bob ?? '', kept)
    expect(await codes(fleet, set)).toEqual(['object-damaged'])
    expect((await fleet.verify(set)).summary.failed).toBe(2)
    writeFileSync(bob ?? '', readFileSync(alice ?? ''))
    copyFileSync(join(other.set, third), alice ?? '')
    expect(await codes(fleet, set)).toEqual(['object-damaged'])
  })

  it('finds files that nothing names, and names them', async () => {
    const { fleet, set } = await backedUp(['alice'])
    mkdirSync(join(set, 'more'))
    for (const file of ['more/deep', '.hidden', 'databases/bob.sql.gz', 'odd\nname']) {
      writeFileSync(join(set, file), '')
    }
    const { findings } = await fleet.verify(set)
    expect(findings.map(({ code, file }) => [code, file])).toEqual(
      ['.hidden', 'databases/bob.sql.gz', 'more/deep', 'odd\nname'].map(f => ['extra-file', f]),
    )
  })

  it('finds a manifest that was edited, also where its hash was edited with it', async () => {
    const { fleet, set } = await backedUp(['alice', 'bob'])
    const file = join(set, 'manifest.json')
    const text = readFileSync(file, 'utf8')
    const [alice, bob] = manifestOf(set).databases
    const edits: [from: string, to: string, hidden: string][] = [
      ['"alice"', '"alicf"', 'nothing to see'],
      [alice?.object?.storedSha256 ?? '', bob?.object?.storedSha256 ?? '', 'object-damaged'],
      [alice?.object?.rawSha256 ?? '', bob?.object?.rawSha256 ?? '', 'object-damaged'],
      [alice?.object?.file ?? '', bob?.object?.file ?? '', 'manifest-invalid'],
      [alice?.object?.file ?? '', 'databases/absent.sql.gz', 'object-missing'],
      [
        `"startedSha256": "${manifestOf(set).startedSha256}"`,
        `"startedSha256": "${'0'.repeat(64)}"`,
        'started-damaged',
      ],
      ['"complete": true', '"complete": false', 'manifest-invalid'],
      ['"version": 1', '"version": 2', 'manifest-version'],
    ]
    for (const [from, to, hidden] of edits) {
      const edited = text.replace(from, to)
      expect(edited).not.toBe(text)
      writeFileSync(file, edited)
      expect(await verdict(fleet, set), to).toContain('manifest-damaged')
      writeFileSync(`${file}.sha256`, sumOf(edited))
      const found = await verdict(fleet, set)
      if (hidden !== 'nothing to see') expect(found, to).toContain(hidden)
      writeFileSync(`${file}.sha256`, sumOf(text))
    }
  })

  it('finds with --restore what all hashes agree to hide', async () => {
    const { fleet, set } = await backedUp(['alice', 'bob'])
    const file = join(set, 'manifest.json')
    const text = readFileSync(file, 'utf8')
    const [alice, bob] = manifestOf(set).databases
    const edited = text.replace(alice?.digest ?? '', bob?.digest ?? '')
    writeFileSync(file, edited)
    writeFileSync(`${file}.sha256`, sumOf(edited))
    expect(await codes(fleet, set)).toEqual([])
    const { findings, databases } = await fleet.verify(set, { restore: true })
    expect(findings).toMatchObject([{ code: 'not-proven', databases: ['alice'] }])
    expect(databases.map(({ status }) => status)).toEqual(['failed', 'ok'])
  })

  it('reads a random part, and says which; sizes are compared of all', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `db${i}`)
    const { fleet, set } = await backedUp(names)
    const looks = async (sample: string) => {
      const { databases } = await fleet.verify(set, { sample })
      return databases.filter(({ looked }) => looked === 'bytes').map(({ name }) => name)
    }
    expect(await looks('5%')).toHaveLength(1)
    expect(await looks('25%')).toHaveLength(5)
    expect(await looks('7')).toHaveLength(7)
    expect(await looks('999')).toHaveLength(20)
    const seen = new Set<string>()
    for (let run = 0; run < 60 && seen.size < 10; run++) {
      for (const name of await looks('10%')) seen.add(name)
    }
    expect(seen.size).toBeGreaterThanOrEqual(10)
    const [first] = manifestOf(set).databases
    truncateSync(join(set, first?.object?.file ?? ''), 3)
    expect(await codes(fleet, set, { sample: '1' })).toEqual(['object-damaged'])
    await expect(fleet.verify(set, { sample: '0' })).rejects.toMatchObject({ code: 'bad-options' })
    await expect(fleet.verify(set, { sample: '200%' })).rejects.toThrow(UsageError)
  })

  it('looks at the databases that are named', async () => {
    const { fleet, set } = await backedUp(['alice', 'bob', 'carol'])
    const { databases } = await fleet.verify(set, { db: ['*'], except: ['b*'] })
    expect(databases.map(({ name }) => name)).toEqual(['alice', 'carol'])
    await expect(fleet.verify(set, { db: ['zoe'] })).rejects.toMatchObject({
      code: 'unknown-database',
      message: '--db "zoe" matches no database of the set',
    })
  })

  it('tells of databases that are not in the set, and of those that were never proven', async () => {
    const { fleet, cwd } = await backedUp(['alice', 'bob'])
    writeFileSync(join(cwd, 'databases', 'bob.db'), 'no database at all, whatever its name says')
    const { set } = await fleet.backup({ prove: false, full: true })
    const { findings, databases } = await fleet.verify(set)
    expect(findings.map(({ code, severity, databases }) => [code, severity, databases])).toEqual([
      ['not-in-set', 'warning', ['bob']],
      ['unproven', 'warning', ['alice']],
    ])
    expect(databases.map(({ status, looked }) => [status, looked])).toEqual([
      ['ok', 'bytes'],
      ['skipped', null],
    ])
    const restored = await fleet.verify(set, { restore: true })
    expect(restored.findings.map(({ code }) => code)).toEqual(['not-in-set'])
  })

  it('finds an object that another set is to hold', async () => {
    const { fleet, set, cwd } = await backedUp(['alice'])
    const sibling = join(dirname(set), 'earlier')
    cpSync(set, sibling, { recursive: true })
    const file = manifestOf(set).databases[0]?.object?.file ?? ''
    rmSync(join(set, file))
    const text = readFileSync(join(set, 'manifest.json'), 'utf8')
    const edited = text.replace('"object":{', '"object":{"set":"earlier",')
    writeFileSync(join(set, 'manifest.json'), edited)
    writeFileSync(join(set, 'manifest.json.sha256'), sumOf(edited))
    expect(await codes(fleet, set, { restore: true })).toEqual([])
    const object = join(sibling, file)
    const bytes = readFileSync(object)
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    writeFileSync(object, bytes)
    expect(await codes(fleet, set)).toEqual(['object-damaged'])
    renameSync(sibling, join(cwd, 'gone'))
    expect(await codes(fleet, set)).toEqual(['object-missing'])
  })
})
