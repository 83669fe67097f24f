import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Database, EngineName, FileTarget, OpenOptions } from '../../src/database/database.js'
import { createOpener } from '../../src/database/open-database.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { describeDatabase } from './contract.js'

interface FileImplementation {
  engine: EngineName
  encryptionKey?: string
}

const OFF = { foreignKeys: 'off' } as const

/** What every implementation of `Database` on files must do, besides what all must. */
export function describeFileDatabase(
  name: string,
  { engine, encryptionKey }: FileImplementation,
): void {
  const directory = temporaryDirectories()

  function target(path = join(directory(), 'it.db')): FileTarget {
    return { name: 'it', path, ...(encryptionKey && { encryptionKey }) }
  }
  async function open(
    at: FileTarget,
    mode: OpenOptions['mode'] = 'create',
    busyTimeoutMs = 50,
  ): Promise<Database> {
    return (await createOpener(engine))(at, { mode, busyTimeoutMs })
  }
  async function withTable(): Promise<FileTarget> {
    const at = target()
    await using db = await open(at)
    await db.run('CREATE TABLE t (a INTEGER PRIMARY KEY, b)')
    return at
  }
  const code = (expected: string) => expect.objectContaining({ code: expected })

  describeDatabase(name, { opener: () => createOpener(engine), target: () => target() })

  describe(`${name} as a database file`, () => {
    it('waits for another writer, then says that it is busy', async () => {
      const at = await withTable()
      await using holder = await open(at, 'write')
      const held = await holder.begin(OFF)
      await using other = await open(at, 'write', 100)
      const began = performance.now()
      await expect(other.begin(OFF)).rejects.toEqual(code('busy'))
      expect(performance.now() - began).toBeGreaterThan(80)
      await held.rollback()
      await (await other.begin(OFF)).commit()
    })

    it('makes writers wait for a snapshot in rollback mode', async () => {
      const at = await withTable()
      await using writer = await open(at, 'write')
      await using reader = await open(at, 'read')
      {
        await using snapshot = await reader.snapshot()
        await expect(writer.run('INSERT INTO t VALUES (2, 2)')).rejects.toEqual(code('busy'))
        expect(await snapshot.query('SELECT a FROM t')).toEqual([])
      }
      await writer.run('INSERT INTO t VALUES (2, 2)')
    })

    it('gives no snapshot of what is no database', async () => {
      const at = target()
      writeFileSync(at.path, 'no database at all\n'.repeat(300))
      await using db = await open(at, 'read')
      await expect(db.snapshot()).rejects.toEqual(code('not-a-database'))
    })

    if (encryptionKey === undefined) {
      it('leaves no file of a database in memory', async () => {
        const cwd = process.cwd()
        {
          await using db = await open(target(':memory:'))
          await db.run('CREATE TABLE t (x)')
          expect(await db.query('SELECT count(*) AS n FROM t')).toEqual([{ n: 0n }])
        }
        expect(existsSync(join(cwd, ':memory:'))).toBe(false)
      })
    }

    it('opens an empty file as an empty database', async () => {
      const at = target()
      writeFileSync(at.path, '')
      await using db = await open(at, 'write')
      const transaction = await db.begin(OFF)
      await transaction.run('CREATE TABLE t (x)')
      await transaction.commit()
      expect(await db.query('SELECT count(*) AS n FROM t')).toEqual([{ n: 0n }])
    })

    it('does not make a file unless it is asked to', async () => {
      for (const mode of ['inspect', 'read', 'write'] as const) {
        const at = target()
        const read = async () => {
          await using db = await open(at, mode)
          await db.query('SELECT * FROM sqlite_schema')
        }
        await expect(read()).rejects.toEqual(code('missing'))
        expect(existsSync(at.path)).toBe(false)
      }
    })

    it('tells a directory, a missing directory and a file of something else apart', async () => {
      const root = directory()
      mkdirSync(join(root, 'dir.db'))
      writeFileSync(join(root, 'text.db'), 'no database at all\n'.repeat(300))
      const read = async (path: string) => {
        await using db = await open(target(join(root, path)), 'read')
        await db.query('SELECT * FROM sqlite_schema')
      }
      await expect(read('dir.db')).rejects.toEqual(code('not-a-database'))
      await expect(read('text.db')).rejects.toEqual(code('not-a-database'))
      await expect(read('nowhere/x.db')).rejects.toEqual(code('missing'))
      expect(readFileSync(join(root, 'text.db'), 'utf8')).toMatch(/^no database at all/)
    })

    it('opens paths with blanks, percent signs, question marks and quotes', async () => {
      const root = directory()
      for (const file of ['a b.db', '100%.db', 'what?.db', "o'clock#1.db", 'ünï☃.db', '%20.db']) {
        const at = target(join(root, file))
        await using db = await open(at)
        await db.run('CREATE TABLE t (x)')
        expect(existsSync(at.path), file).toBe(true)
      }
    })

    it('changes neither bytes nor times by reading', async () => {
      const at = await withTable()
      const before = statSync(at.path, { bigint: true })
      const bytes = readFileSync(at.path)
      for (const mode of ['inspect', 'read'] as const) {
        await using db = await open(at, mode)
        await db.query('SELECT * FROM t')
        await expect(db.run('INSERT INTO t VALUES (5, 5)')).rejects.toThrow()
      }
      expect(statSync(at.path, { bigint: true }).mtimeNs).toBe(before.mtimeNs)
      expect(readFileSync(at.path).equals(bytes)).toBe(true)
    })

    it('finds a damaged page', async () => {
      const at = target()
      {
        await using db = await open(at)
        await db.run('CREATE TABLE t (x)')
        await db.run(
          'WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 2000) INSERT INTO t SELECT i FROM c',
        )
      }
      const bytes = readFileSync(at.path)
      randomBytes(3000).copy(bytes, 4096)
      writeFileSync(at.path, bytes)
      const read = async () => {
        await using db = await open(at, 'read')
        await db.query('SELECT sum(x) FROM t')
      }
      await expect(read()).rejects.toMatchObject({
        code: expect.stringMatching(
          encryptionKey === undefined ? /^corrupt$/ : /^(corrupt|not-a-database|io)$/,
        ),
      })
    })
  })
}
