import type { Database, Snapshot, SqlRunner } from '../database/database.js'
import type { OpenDatabase } from '../database/open-database.js'
import type { PlacedSql } from './dump-course.js'
import { KnownStatements } from './known-statements.js'
import { LOAD_SETTINGS } from './load-dump.js'
import { refuseForeign, runPlaced } from './run-placed.js'
import { readSmallDump, type SmallDump } from './small-dump.js'

/** So many schemas are kept; a fleet has few. */
const MOST = 4

/**
 * Loads small dumps into databases that are never in a file. Tables and indexes take as long to make as
 * the rows of a small database, so they are kept for the next dump that makes them by the very same
 * statements: what one did to them is rolled back, which leaves them as they were made.
 */
export class MemoryLoader {
  readonly #open: OpenDatabase
  readonly #known = new KnownStatements()
  /** By the statements that made them; the one that was used last is last. */
  readonly #made = new Map<string, Database>()

  /** @param open the opener of the engine that loads them; of one engine only */
  constructor(open: OpenDatabase) {
    this.#open = open
  }

  /**
   * @param name of the database, for errors
   * @param look reads what was loaded
   * @returns false when only a file can be made of it; nothing was looked at then
   * @throws what `loadDump` and `look` throw
   */
  async load(
    name: string,
    pieces: AsyncIterable<Uint8Array>,
    look: (snapshot: Snapshot) => Promise<void>,
  ): Promise<boolean> {
    const dump = await readSmallDump(pieces, this.#known)
    if (dump === undefined) return false
    const key = [...dump.first, ...dump.schema].map(({ sql }) => sql).join('\0')
    const kept = dump.hasVirtualTable ? undefined : this.#take(key)
    if (kept !== undefined && (await this.#tried(kept, dump, look))) {
      this.#keep(key, kept)
      return true
    }
    // Whatever was wrong with one that was used before, a new one tells.
    const made = await this.#make(name, dump)
    const isRolledBack = await closingOnError(made, () => this.#fill(made, dump, look))
    if (isRolledBack && !dump.hasVirtualTable) this.#keep(key, made)
    else await made.close()
    return true
  }

  async #tried(
    db: Database,
    dump: SmallDump,
    look: (snapshot: Snapshot) => Promise<void>,
  ): Promise<boolean> {
    try {
      return await closingOnError(db, () => this.#fill(db, dump, look))
    } catch {
      return false
    }
  }

  async #make(name: string, dump: SmallDump): Promise<Database> {
    const target = { name, path: ':memory:' }
    const db = await this.#open(target, { mode: 'create', busyTimeoutMs: 0, restoring: 'rows' })
    await closingOnError(db, async () => {
      refuseForeign(db, dump)
      for (const setting of LOAD_SETTINGS) await db.run(setting)
      await runAll(db, dump.first)
      const transaction = await db.begin({ foreignKeys: 'off' })
      await runAll(transaction, dump.schema)
      await transaction.commit()
    })
    return db
  }

  /** @returns whether the database is as it was before */
  async #fill(
    db: Database,
    { rest, foreign }: SmallDump,
    look: (snapshot: Snapshot) => Promise<void>,
  ): Promise<boolean> {
    refuseForeign(db, { foreign })
    const transaction = await db.begin({ foreignKeys: 'off' })
    await runAll(transaction, rest)
    if (transaction.snapshot === undefined) {
      await transaction.commit()
      await using snapshot = await db.snapshot()
      await look(snapshot)
      return false
    }
    await look(transaction.snapshot())
    await transaction.rollback()
    return true
  }

  #take(key: string): Database | undefined {
    const kept = this.#made.get(key)
    this.#made.delete(key)
    return kept
  }

  #keep(key: string, db: Database): void {
    this.#made.set(key, db)
    const [oldest] = this.#made
    if (this.#made.size <= MOST || oldest === undefined) return
    this.#made.delete(oldest[0])
    void oldest[1].close()
  }
}

async function runAll(on: SqlRunner, statements: readonly PlacedSql[]): Promise<void> {
  for (const each of statements) await runPlaced(on, each)
}

async function closingOnError<T>(db: Database, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await db.close()
    throw error
  }
}
