import type { Database, EngineName } from '../../database/database.js'
import { createLedger } from '../../migrate/ledger.js'
import type { Migration } from '../../migrate/migration.js'
import { Migrator } from '../../migrate/migrator.js'
import { type ErrorReport, reportError } from '../../report/error-report.js'
import { type Difference, findDifferences } from '../../schema/find-differences.js'
import { ownSchema } from '../../schema/own-schema.js'
import { parseSchema } from '../../schema/parse-schema.js'
import { readSchemaRows } from '../../schema/read-schema-rows.js'
import type { Schema } from '../../schema/schema.js'
import { quoteIdentifier } from '../../sql/quote.js'
import { version } from '../../version.js'
import { hasDown } from '../check/has-down.js'
import { withEmptyScratch } from './scratch-database.js'

/** Something that is wrong with a migration, found by running it on an empty database. */
export interface ReplayProblem {
  migration: Migration
  code: 'up-fails' | 'down-fails' | 'down-incomplete' | 'up-not-repeatable' | 'view-broken'
  error?: ErrorReport
  /** How the schema then differs from what it should be. */
  differences?: Difference[]
}

/** What migrations make of an empty database. */
export interface Replay {
  /** At n: the schema after n migrations. Ends where one does not apply. */
  schemas: Schema[]
  problems: ReplayProblem[]
}

interface ReplayOptions {
  engine: EngineName
  /** Names of objects that are no part of the schema. */
  ignore: readonly string[]
  /** Also runs each migration down and up again. */
  reversing: boolean
}

/** Applies migrations one by one to an empty scratch database and looks at the schema after each. */
export async function replayMigrations(
  migrations: readonly Migration[],
  options: ReplayOptions,
): Promise<Replay> {
  const replay: Replay = { schemas: [], problems: [] }
  // A migration that cannot be reverted leaves the scratch database in a state of its own; the next
  // one gets a new one.
  for (let done = 0; done <= migrations.length; ) {
    const reached = await withEmptyScratch(options.engine, undefined, ({ db }) =>
      new ScratchReplay(db, migrations, options, replay).run(done),
    )
    if (reached === undefined) break
    done = reached
  }
  return replay
}

class ScratchReplay {
  readonly #db: Database
  readonly #migrations: readonly Migration[]
  readonly #migrator: Migrator
  readonly #options: ReplayOptions
  readonly #replay: Replay
  readonly #brokenViews = new Set<string>()

  constructor(
    db: Database,
    migrations: readonly Migration[],
    options: ReplayOptions,
    replay: Replay,
  ) {
    this.#db = db
    this.#migrations = migrations
    this.#migrator = new Migrator(migrations, version)
    this.#options = options
    this.#replay = replay
  }

  /**
   * Replays from the migration of that number on; those before it were looked at.
   *
   * @returns where to go on with a new database; undefined when all is done
   */
  async run(start: number): Promise<number | undefined> {
    // Nobody needs it after a crash.
    await this.#db.run('PRAGMA synchronous = off')
    await createLedger(this.#db)
    const { schemas } = this.#replay
    if (start === 0) schemas.push(await this.#read())
    for (const [index, migration] of this.#migrations.entries()) {
      const error = await this.#attempt(() => this.#up(migration))
      if (index < start) continue
      if (error !== undefined) {
        this.#report({ migration, code: 'up-fails', error })
        return undefined
      }
      schemas.push(await this.#read())
      await this.#lookAtViews(migration)
      if (!this.#options.reversing || !(await hasDown(migration))) continue
      const problem = await this.#reverse(migration, schemas.slice(-2) as [Schema, Schema])
      if (problem === undefined) continue
      this.#report(problem)
      return index + 1
    }
    return undefined
  }

  /** Down, and up again. */
  async #reverse(
    migration: Migration,
    [before, after]: [Schema, Schema],
  ): Promise<ReplayProblem | undefined> {
    const downError = await this.#attempt(() =>
      this.#migrator.down(this.#db, [migration.name], { mode: 'each' }),
    )
    if (downError !== undefined) return { migration, code: 'down-fails', error: downError }
    const left = findDifferences(await this.#read(), before)
    if (left.length > 0) return { migration, code: 'down-incomplete', differences: left }
    const upError = await this.#attempt(() => this.#up(migration))
    if (upError !== undefined) return { migration, code: 'up-not-repeatable', error: upError }
    const other = findDifferences(await this.#read(), after)
    if (other.length === 0) return undefined
    return { migration, code: 'up-not-repeatable', differences: other }
  }

  /** SQLite notices that a view names what is gone only when somebody reads it. */
  async #lookAtViews(migration: Migration): Promise<void> {
    for (const { name } of this.#replay.schemas.at(-1)?.views ?? []) {
      if (this.#brokenViews.has(name)) continue
      const error = await this.#attempt(() =>
        this.#db.query(`EXPLAIN SELECT * FROM ${quoteIdentifier(name)}`),
      )
      if (error === undefined) continue
      this.#brokenViews.add(name)
      this.#report({ migration, code: 'view-broken', error })
    }
  }

  #up({ name }: Migration): Promise<string[]> {
    return this.#migrator.up(this.#db, [name], { mode: 'each' })
  }

  async #attempt(work: () => Promise<unknown>): Promise<ErrorReport | undefined> {
    try {
      await work()
      return undefined
    } catch (error) {
      return reportError(error)
    }
  }

  #report(problem: ReplayProblem): void {
    this.#replay.problems.push(problem)
  }

  async #read(): Promise<Schema> {
    return ownSchema(parseSchema(await readSchemaRows(this.#db)), this.#options.ignore)
  }
}
