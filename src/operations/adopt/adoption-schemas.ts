import type { EngineName } from '../../database/database.js'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import type { Migration } from '../../migrate/migration.js'
import { diffSchemas } from '../../schema/diff-schemas.js'
import { type Difference, findDifferences } from '../../schema/find-differences.js'
import { fingerprint } from '../../schema/fingerprint.js'
import { ownSchema } from '../../schema/own-schema.js'
import type { Schema } from '../../schema/schema.js'
import { asciiLowerCase } from '../../sql/ascii-case.js'
import { ExpectedSchemas } from '../schemas/expected-schemas.js'
import { type Replay, replayMigrations } from '../schemas/replay-migrations.js'
import { fitsNowhere, positionAmbiguous, schemaDiffers } from './schema-differs.js'

/** What migrations make of an empty database, and which of it a database is. */
export class AdoptionSchemas {
  readonly #migrations: readonly Migration[]
  readonly #ignore: readonly string[]
  readonly #expected: ExpectedSchemas
  readonly #replays = new Map<EngineName, Promise<Replay>>()
  readonly #prints = new Map<Schema[], Map<(schema: Schema) => string, string[]>>()

  constructor(migrations: readonly Migration[], ignore: readonly string[]) {
    this.#migrations = migrations
    this.#ignore = ignore
    this.#expected = new ExpectedSchemas(migrations, ignore)
  }

  /**
   * A database's schema, without what the configuration leaves out and without these tables, and
   * which of them only this left out.
   */
  own(schema: Schema, tables: readonly string[]): { schema: Schema; extra: string[] } {
    const names = new Set(tables)
    const own = ownSchema(schema, this.#ignore)
    const rest = {
      ...own,
      tables: own.tables.filter(({ name }) => !names.has(name)),
      indexes: own.indexes.filter(({ table }) => !names.has(table)),
      triggers: own.triggers.filter(({ table }) => !names.has(table)),
    }
    const left = own.tables.map(({ name }) => name).filter(name => names.has(name))
    return { schema: rest, extra: left }
  }

  /**
   * Compares a schema with what it should be after these migrations.
   *
   * @param said how it is known that it should
   * @returns what differs and hardly matters, in words
   * @throws DbfleetError what differs, and which position it is instead
   */
  async compare(
    schema: Schema,
    names: readonly string[],
    engine: EngineName,
    said: string,
  ): Promise<string[]> {
    const replay = await this.#replay(engine)
    const expected = await this.#expected.after(names, engine)
    if (expected === undefined) throw unknownExpected(replay)
    const differences = findDifferences(schema, expected)
    if (differences.every(({ isLesser }) => isLesser)) {
      return differences.map(({ subject, detail }) =>
        detail === undefined ? `${subject} differs` : `${subject} differs: ${detail}`,
      )
    }
    const step = (part: readonly string[]) => this.#differences(schema, part, engine)
    const next = this.#migrations.find(({ name }) => name > (names.at(-1) ?? ''))?.name
    throw schemaDiffers({
      said,
      differences,
      candidates: this.#positionsOf(schema, replay),
      last: names.at(-1),
      next,
      beforeLast: names.length === 0 ? undefined : await step(names.slice(0, -1)),
      afterNext: next === undefined ? undefined : await step([...names, next]),
    })
  }

  /** Whether a schema after these migrations is the same with one more, which changes data only. */
  async isSilent(names: readonly string[], next: string, engine: EngineName): Promise<boolean> {
    const [before, after] = [
      await this.#expected.after(names, engine),
      await this.#expected.after([...names, next], engine),
    ]
    return before !== undefined && after !== undefined && diffSchemas(before, after).length === 0
  }

  /**
   * The one position whose schema this is.
   *
   * @returns a migration's name, or null for none applied
   * @throws DbfleetError `fits-nowhere` or `position-ambiguous`
   */
  async infer(schema: Schema, engine: EngineName): Promise<string | null> {
    const replay = await this.#replay(engine)
    const [only, ...others] = this.#positionsOf(schema, replay)
    if (only !== undefined && others.length === 0) return only
    if (only !== undefined) throw positionAmbiguous([only, ...others])
    const distances = replay.schemas.map(each => diffSchemas(schema, each).length)
    const nearest = distances.indexOf(Math.min(...distances))
    const expected = replay.schemas[nearest]
    if (expected === undefined) throw unknownExpected(replay)
    throw fitsNowhere(this.#positionAt(nearest), findDifferences(schema, expected))
  }

  async #differences(
    schema: Schema,
    names: readonly string[],
    engine: EngineName,
  ): Promise<Difference[] | undefined> {
    const expected = await this.#expected.after(names, engine)
    return expected && findDifferences(schema, expected)
  }

  /** Positions whose schema this is; only where there are none, those with other orders of columns. */
  #positionsOf(schema: Schema, { schemas }: Replay): (string | null)[] {
    const where = (printOf: (schema: Schema) => string) => {
      const print = printOf(schema)
      return this.#printsOf(schemas, printOf).flatMap((each, count) =>
        each === print ? [this.#positionAt(count)] : [],
      )
    }
    const exact = where(fingerprint)
    return exact.length > 0 ? exact : where(fingerprintInAnyOrder)
  }

  /** Computed once: thousands of databases may each have a schema of their own. */
  #printsOf(schemas: Schema[], printOf: (schema: Schema) => string): string[] {
    const prints = this.#prints.get(schemas) ?? new Map()
    this.#prints.set(schemas, prints)
    const known = prints.get(printOf) ?? schemas.map(printOf)
    prints.set(printOf, known)
    return known
  }

  #positionAt(count: number): string | null {
    return this.#migrations[count - 1]?.name ?? null
  }

  #replay(of: EngineName): Promise<Replay> {
    // As `ExpectedSchemas` chooses it where it replays all of them.
    const onlyLibsql = this.#migrations.some(({ needsLibsql }) => needsLibsql !== undefined)
    const engine = of === 'remote' || onlyLibsql ? 'libsql' : of
    const replay =
      this.#replays.get(engine) ??
      replayMigrations(this.#migrations, { engine, ignore: this.#ignore, reversing: false })
    this.#replays.set(engine, replay)
    return replay.then(done => {
      this.#expected.remember(engine, done.schemas)
      return done
    })
  }
}

/** Equal for schemas that differ in the order of columns at most. */
function fingerprintInAnyOrder(schema: Schema): string {
  const nameOf = ({ name }: { name: string }) => asciiLowerCase(name)
  return fingerprint({
    ...schema,
    tables: schema.tables.map(table => ({
      ...table,
      columns: table.columns.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)),
    })),
  })
}

function unknownExpected({ problems }: Replay): DbfleetError {
  const failed = problems.find(({ code }) => code === 'up-fails')
  const why =
    failed === undefined
      ? 'these migrations do not apply to an empty database without the others'
      : `${failed.migration.name} does not apply to an empty database: ${failed.error?.message}`
  return new DbfleetError('expected-unknown', `what its schema should be is not known: ${why}`, {
    hint: 'Mend the migration, or bring back what it needs; `dbfleet check --offline` shows all of it.',
  })
}
