import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import type {
  Database,
  DatabaseTarget,
  EngineName,
  OpenOptions,
} from '../../src/database/database.js'
import { createOpener } from '../../src/database/open-database.js'
import { temporaryDirectories } from '../temporary-directory.js'

interface Implementation {
  engine: EngineName
  encryptionKey?: string
}

const OFF = { foreignKeys: 'off' } as const

/** What every implementation of `Database` must do; run by a file of its own for each. */
export function describeDatabase(name: string, { engine, encryptionKey }: Implementation): void {
  const directory = temporaryDirectories()

  function target(path = join(directory(), 'it.db')): DatabaseTarget {
    return { name: 'it', path, ...(encryptionKey && { encryptionKey }) }
  }
  async function open(
    at: DatabaseTarget,
    mode: OpenOptions['mode'] = 'create',
    busyTimeoutMs = 50,
  ): Promise<Database> {
    return (await createOpener(engine))(at, { mode, busyTimeoutMs })
  }
  async function withTable(): Promise<DatabaseTarget> {
    const at = target()
    await using db = await open(at)
    await db.run('CREATE TABLE t (a INTEGER PRIMARY KEY, b)')
    return at
  }
  const code = (expected: string) => expect.objectContaining({ code: expected })

  describe(`${name} as a Database`, () => {
    it('gives back what was stored, integers as bigint', async () => {
      const at = await withTable()
      await using db = await open(at, 'write')
      const values = [9007199254740993n, 1.5, 'é\n"', new Uint8Array([0, 255]), null]
      for (const value of values) await db.run('INSERT INTO t (b) VALUES (?)', [value])
      const rows = await db.query('SELECT b FROM t ORDER BY a')
      expect(rows.map(({ b }) => (b instanceof Uint8Array ? new Uint8Array(b) : b))).toEqual(values)
    })

    it('keeps what a transaction committed', async () => {
      const at = await withTable()
      await using db = await open(at, 'write')
      const transaction = await db.begin(OFF)
      await transaction.run('INSERT INTO t VALUES (1, 2)')
      expect(await transaction.query('SELECT count(*) AS n FROM t')).toEqual([{ n: 1n }])
      await transaction.commit()
      expect(await db.query('SELECT count(*) AS n FROM t')).toEqual([{ n: 1n }])
    })

    it('keeps nothing of a transaction that was rolled back, schema included', async () => {
      const at = await withTable()
      await using db = await open(at, 'write')
      const transaction = await db.begin(OFF)
      await transaction.run('CREATE TABLE other (x)')
      await transaction.rollback()
      await transaction.rollback()
      expect(await db.query("SELECT name FROM sqlite_schema WHERE type = 'table'")).toEqual([
        { name: 't' },
      ])
    })

    it('can begin again after a rollback and after a commit', async () => {
      const at = await withTable()
      await using db = await open(at, 'write')
      await (await db.begin(OFF)).rollback()
      await (await db.begin(OFF)).commit()
      const third = await db.begin(OFF)
      await third.run('INSERT INTO t VALUES (3, 3)')
      await third.commit()
      expect(await db.query('SELECT a FROM t')).toEqual([{ a: 3n }])
    })

    it('refuses to commit rows that point to missing parents, and names the tables', async () => {
      await using db = await open(target())
      await db.run('CREATE TABLE parent (id INTEGER PRIMARY KEY)')
      await db.run('CREATE TABLE child (p INTEGER REFERENCES parent (id))')
      const transaction = await db.begin(OFF)
      await transaction.run('INSERT INTO child VALUES (7)')
      await expect(transaction.commit()).rejects.toMatchObject({
        code: 'foreign-key',
        message: expect.stringContaining('child → parent (1)'),
      })
      await transaction.rollback()
      expect(await db.query('SELECT * FROM child')).toEqual([])
    })

    it('tolerates violations that were there before, but no new ones', async () => {
      await using db = await open(target())
      await db.run('PRAGMA foreign_keys = off')
      await db.run('CREATE TABLE parent (id INTEGER PRIMARY KEY)')
      await db.run('CREATE TABLE child (p INTEGER REFERENCES parent (id))')
      await db.run('INSERT INTO child VALUES (1)')
      const harmless = await db.begin(OFF)
      await harmless.run('CREATE TABLE fine (x)')
      await harmless.commit()
      const worse = await db.begin(OFF)
      await worse.run('INSERT INTO child VALUES (2)')
      await expect(worse.commit()).rejects.toEqual(code('foreign-key'))
      await worse.rollback()
    })

    it('rebuilds a parent table without deleting its children', async () => {
      await using db = await open(target())
      await db.run('CREATE TABLE parent (id INTEGER PRIMARY KEY)')
      await db.run('CREATE TABLE child (p INTEGER REFERENCES parent (id) ON DELETE CASCADE)')
      await db.run('INSERT INTO parent VALUES (1)')
      await db.run('INSERT INTO child VALUES (1)')
      const transaction = await db.begin(OFF)
      await transaction.run('CREATE TABLE fresh (id INTEGER PRIMARY KEY, extra)')
      await transaction.run('INSERT INTO fresh SELECT id, NULL FROM parent')
      await transaction.run('DROP TABLE parent')
      await transaction.run('ALTER TABLE fresh RENAME TO parent')
      await transaction.commit()
      expect(await db.query('SELECT * FROM child')).toEqual([{ p: 1n }])
    })

    it('lets ON DELETE act where that is asked for', async () => {
      await using db = await open(target())
      await db.run('CREATE TABLE parent (id INTEGER PRIMARY KEY)')
      await db.run('CREATE TABLE child (p INTEGER REFERENCES parent (id) ON DELETE CASCADE)')
      await db.run('INSERT INTO parent VALUES (1)')
      await db.run('INSERT INTO child VALUES (1)')
      const transaction = await db.begin({ foreignKeys: 'on' })
      await transaction.run('DELETE FROM parent')
      await transaction.commit()
      expect(await db.query('SELECT * FROM child')).toEqual([])
    })

    it('runs Kysely in the transaction, its own transactions as savepoints', async () => {
      const at = await withTable()
      await using db = await open(at, 'write')
      const transaction = await db.begin(OFF)
      const kysely = await transaction.kysely()
      await kysely.insertInto('t').values({ a: 1n, b: 'kept' }).execute()
      await kysely
        .transaction()
        .execute(async nested => {
          await nested.insertInto('t').values({ a: 2n, b: 'lost' }).execute()
          throw new Error('back')
        })
        .catch(() => undefined)
      await kysely.transaction().execute(async nested => {
        await nested.insertInto('t').values({ a: 3n, b: 'kept too' }).execute()
      })
      expect(await kysely.selectFrom('t').select('a').execute()).toEqual([{ a: 1n }, { a: 3n }])
      await kysely.destroy()
      await transaction.rollback()
      expect(await db.query('SELECT * FROM t')).toEqual([])
    })

    it('translates what the engine throws through Kysely', async () => {
      const at = await withTable()
      await using db = await open(at, 'write')
      const kysely = await db.kysely()
      const error = await sql`SELECT * FROM nowhere`.execute(kysely).catch((e: unknown) => e)
      expect(db.translate(error)).toMatchObject({
        code: 'sql',
        message: expect.stringContaining('no such table: nowhere'),
      })
    })

    it('says what is wrong with a statement', async () => {
      await using db = await open(await withTable(), 'write')
      await expect(db.run('CREATE TABLE t (x)')).rejects.toMatchObject({
        code: 'sql',
        message: expect.stringContaining('table t already exists'),
      })
      await expect(db.run('SELEKT 1')).rejects.toEqual(code('syntax'))
      await db.run('INSERT INTO t VALUES (1, 1)')
      await expect(db.run('INSERT INTO t VALUES (1, 1)')).rejects.toEqual(code('constraint'))
    })

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

    it('can commit after a transaction in which a statement failed', async () => {
      const at = await withTable()
      await using db = await open(at, 'write')
      const failing = await db.begin(OFF)
      await expect(failing.run('CREATE TABLE t (x)')).rejects.toThrow()
      await failing.rollback()
      const next = await db.begin(OFF)
      await next.run('INSERT INTO t VALUES (1, 1)')
      await next.commit()
      expect(await db.query('SELECT a FROM t')).toEqual([{ a: 1n }])
    })

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
