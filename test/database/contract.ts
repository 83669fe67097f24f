import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import type { Database, DatabaseTarget, OpenOptions } from '../../src/database/database.js'
import type { OpenDatabase } from '../../src/database/open-database.js'

/** One implementation of `Database`, and empty databases for it. */
export interface Implementation {
  opener(): Promise<OpenDatabase>
  /** A new, empty database; called once a test. */
  target(): DatabaseTarget | Promise<DatabaseTarget>
}

const OFF = { foreignKeys: 'off' } as const

/** What every implementation of `Database` must do; run by a file of its own for each. */
export function describeDatabase(name: string, { opener, target }: Implementation): void {
  async function open(
    at: DatabaseTarget,
    mode: OpenOptions['mode'] = 'create',
    busyTimeoutMs = 50,
  ): Promise<Database> {
    return (await opener())(at, { mode, busyTimeoutMs })
  }
  async function withTable(): Promise<DatabaseTarget> {
    const at = await target()
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
      await using db = await open(await target())
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
      await using db = await open(await target())
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
      await using db = await open(await target())
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
      await using db = await open(await target())
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

    it('reads one state while others write', async () => {
      const at = await withTable()
      await using writer = await open(at, 'write')
      // A server's databases are in that mode, and refuse to be asked.
      await writer.query('PRAGMA journal_mode = wal').catch(() => [])
      await writer.run('INSERT INTO t VALUES (1, 1)')
      await using reader = await open(at, 'read')
      {
        await using snapshot = await reader.snapshot()
        await writer.run('INSERT INTO t VALUES (2, 2)')
        const page = 'SELECT a, b FROM t WHERE a > ? ORDER BY a LIMIT 1'
        expect(await snapshot.query(page, [0n])).toEqual([{ a: 1n, b: 1n }])
        expect(await snapshot.query(page, [1n])).toEqual([])
      }
      const now = [{ a: 1n }, { a: 2n }]
      expect(await reader.query('SELECT a FROM t ORDER BY a')).toEqual(now)
      await using again = await reader.snapshot()
      expect(await again.query('SELECT a FROM t ORDER BY a')).toEqual(now)
    })

    it('writes nothing when it was opened for reading', async () => {
      const at = await withTable()
      for (const mode of ['inspect', 'read'] as const) {
        await using db = await open(at, mode)
        expect(await db.query('SELECT * FROM t')).toEqual([])
        await expect(db.run('INSERT INTO t VALUES (5, 5)')).rejects.toThrow()
        expect(await db.query('SELECT * FROM t')).toEqual([])
      }
    })
  })
}
