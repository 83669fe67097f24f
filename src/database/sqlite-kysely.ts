import type BetterSqlite3 from 'better-sqlite3'
import { Kysely, SqliteDialect, type SqliteDialectConfig, SqliteDriver } from 'kysely'
import { type AnyKysely, type Savepoints, savepoints } from './kysely-on-transaction.js'

/** Kysely on a better-sqlite3 connection that stays open when Kysely is destroyed. */
export function sqliteKysely(
  handle: BetterSqlite3.Database,
  { nested }: { nested: boolean },
): AnyKysely {
  const database = {
    prepare: (sql: string) => handle.prepare(sql),
    close: () => {},
  } as NonNullable<Exclude<SqliteDialectConfig['database'], () => unknown>>
  const marks = savepoints(async sql => handle.exec(sql))
  return new Kysely({
    dialect: nested ? new NestedDialect({ database }, marks) : new SqliteDialect({ database }),
  })
}

class NestedDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig
  readonly #marks: Savepoints

  constructor(config: SqliteDialectConfig, marks: Savepoints) {
    super(config)
    this.#config = config
    this.#marks = marks
  }

  override createDriver(): SqliteDriver {
    const driver = new SqliteDriver(this.#config)
    driver.beginTransaction = () => this.#marks.begin()
    driver.commitTransaction = () => this.#marks.commit()
    driver.rollbackTransaction = () => this.#marks.rollback()
    return driver
  }
}
