import type { EngineName } from '../../database/database.js'
import { defaultEngine } from '../../database/engines.js'
import type { Migration } from '../../migrate/migration.js'
import type { Schema } from '../../schema/schema.js'

/**
 * The schemas that databases should have, each replayed once on each engine: a schema is what an
 * engine makes of it.
 */
export class ExpectedSchemas {
  readonly #migrations: readonly Migration[]
  readonly #ignore: readonly string[]
  readonly #replays = new Map<string, Promise<Schema[]>>()

  constructor(migrations: readonly Migration[], ignore: readonly string[]) {
    this.#migrations = migrations
    this.#ignore = ignore
  }

  /** Takes over what was replayed elsewhere. */
  remember(engine: EngineName, schemas: Schema[]): void {
    this.#replays.set(keyOf(engine, this.#migrations), Promise.resolve(schemas))
  }

  /**
   * What these migrations make of an empty database, in name order.
   *
   * @param applied names
   * @returns undefined when one of them has no file, or does not apply
   */
  async after(applied: readonly string[], of: EngineName): Promise<Schema | undefined> {
    const wanted = new Set(applied)
    const chosen = this.#migrations.filter(({ name }) => wanted.has(name))
    if (chosen.length !== applied.length) return undefined
    // A server's engine is libSQL, and some of what that makes better-sqlite3 can still read.
    const engine = of === 'remote' || chosen.some(needsLibsql) ? 'libsql' : of
    const names = this.#migrations.map(({ name }) => name)
    // One replay serves all positions, if the engine takes what comes after them, too.
    const isPrefix = applied.every((name, index) => name === names[index])
    if (isPrefix && (engine === 'libsql' || !this.#migrations.some(needsLibsql))) {
      return (await this.#replay(this.#migrations, engine))[applied.length]
    }
    return (await this.#replay(chosen, engine))[applied.length]
  }

  #replay(migrations: readonly Migration[], engine: EngineName): Promise<Schema[]> {
    const key = keyOf(engine, migrations)
    const replay = this.#replays.get(key) ?? this.#run(migrations, engine)
    this.#replays.set(key, replay)
    return replay
  }

  async #run(migrations: readonly Migration[], engine: EngineName): Promise<Schema[]> {
    const { replayMigrations } = await import('./replay-migrations.js')
    const options = { engine, ignore: this.#ignore, reversing: false }
    return (await replayMigrations(migrations, options)).schemas
  }
}

function keyOf(engine: EngineName, migrations: readonly Migration[]): string {
  return [engine, ...migrations.map(({ name }) => name)].join('\n')
}

/** The engine that migrations are replayed on when no database says otherwise. */
export async function replayEngine(migrations: readonly Migration[]): Promise<EngineName> {
  return migrations.some(needsLibsql) ? 'libsql' : defaultEngine()
}

function needsLibsql(migration: Migration): boolean {
  return migration.needsLibsql !== undefined
}
