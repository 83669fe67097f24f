import type { ForeignTool, RecordedEntry } from '../adopt/foreign-tool.js'
import { foreignTool } from '../adopt/foreign-tools.js'
import { expectForeignLedger } from '../adopt/ledger-query.js'
import type { BatchStatement } from '../database/database.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { LEDGER_TABLE, type LedgerEntry } from '../migrate/ledger.js'
import type { Migration } from '../migrate/migration.js'
import { EXPECT_SCHEMA, schemaText } from '../schema/expect-schema.js'
import { parseSchema } from '../schema/parse-schema.js'
import type { Schema } from '../schema/schema.js'
import type { AdoptionSchemas } from './adoption-schemas.js'
import type { ForeignLedger } from './read-foreign-ledgers.js'
import { namesOf } from './schema-differs.js'
import type { KnownSchema } from './schema-job.js'

/** How a database without a ledger is placed. */
export interface Placement {
  /** The name of the migration that it is declared to be at. */
  baseline?: string
  /** By the one position whose schema it has. */
  infer?: boolean
}

/** What is to be done with databases that are alike. */
export interface Verdict {
  /** Whose ledger it is that was believed. */
  tool: string | null
  position: string | null
  /** What the ledger gets; empty when it needs nothing. */
  entries: LedgerEntry[]
  guards: BatchStatement[]
  remarks: string[]
}

type Known = Exclude<KnownSchema, { error: unknown }>

/** Decides where databases stand; pure but for the replay of migrations. */
export class AdoptionJudge {
  readonly #migrations: readonly Migration[]
  readonly #schemas: AdoptionSchemas
  readonly #placement: Placement

  constructor(migrations: readonly Migration[], schemas: AdoptionSchemas, placement: Placement) {
    this.#migrations = migrations
    this.#schemas = schemas
    this.#placement = placement
  }

  /** @throws DbfleetError why it cannot be adopted */
  async judge({ engine, text }: Known): Promise<Verdict> {
    const { rows, ledger, foreign = [] } = text
    if (ledger.length > 0) return adopted(ledger)
    const tables = foreign.flatMap(({ tool, table }) => [
      table,
      ...(foreignTool(tool).ledger.companions?.(table) ?? []),
    ])
    const schema = this.#schemas.own(parseSchema(rows), tables)
    const guards = [
      { sql: EXPECT_SCHEMA, args: [schemaText(rows, LEDGER_TABLE), LEDGER_TABLE] },
      ...foreign.map(guardOf),
    ]
    const [only, ...others] = foreign
    if (others.length > 0) throw severalLedgers(foreign)
    if (only !== undefined) {
      return { ...(await this.#byLedger(only, schema, engine)), guards }
    }
    if (isEmpty(schema))
      return { ...NOTHING, remarks: ['it is empty, so there is nothing to adopt'] }
    const names = await this.#bySchema(schema, engine)
    return { ...NOTHING, position: names.at(-1) ?? null, entries: this.#entries(names), guards }
  }

  async #byLedger(
    { tool: name, recorded }: ForeignLedger,
    schema: Schema,
    engine: Known['engine'],
  ): Promise<Omit<Verdict, 'guards'>> {
    const tool = foreignTool(name)
    const [problem] = recorded.problems
    if (problem !== undefined) {
      throw new DbfleetError('ledger-unsound', `${tool.title} ${problem}`, {
        hint: `Mend it with ${tool.title}, or adopt it by its schema: \`dbfleet adopt --from none --infer\`.`,
      })
    }
    const names = this.#recordedNames(tool, recorded.entries)
    const said = `${tool.title} recorded ${names.at(-1) ?? 'nothing'}`
    const remarks = await this.#schemas.compare(schema, names, engine, said)
    return {
      tool: name,
      position: names.at(-1) ?? null,
      entries: this.#entries(names),
      remarks,
    }
  }

  /** The recorded migrations, in the order of their names. */
  #recordedNames(tool: ForeignTool, entries: readonly RecordedEntry[]): string[] {
    const applied = new Set<string>()
    const unknown: string[] = []
    for (const entry of entries) {
      const name = tool.find(entry, this.#migrations)
      if (name === undefined) unknown.push(entry.key)
      else {
        applied.add(name)
        if (entry.through) for (const each of this.#upTo(name)) applied.add(each)
      }
    }
    if (unknown.length > 0) {
      throw new DbfleetError(
        'recorded-unknown',
        `${tool.title} recorded ${namesOf(unknown)}, of which there is no migration`,
        { hint: `Import ${tool.title}'s migrations: \`dbfleet adopt --import <directory>\`.` },
      )
    }
    return this.#migrations.map(({ name }) => name).filter(name => applied.has(name))
  }

  #upTo(last: string): string[] {
    return this.#migrations.map(({ name }) => name).filter(name => name <= last)
  }

  async #bySchema(schema: Schema, engine: Known['engine']): Promise<string[]> {
    const { baseline, infer } = this.#placement
    if (baseline !== undefined) {
      const names = this.#upTo(baseline)
      await this.#schemas.compare(schema, names, engine, `it is declared to be at ${baseline}`)
      return names
    }
    if (infer) {
      const last = await this.#schemas.infer(schema, engine)
      return last === null ? [] : this.#upTo(last)
    }
    throw new DbfleetError('no-foreign-ledger', 'it has no ledger of another tool', {
      hint: 'Say where it stands with --baseline <migration>, or let --infer find out by its schema.',
    })
  }

  #entries(names: readonly string[]): LedgerEntry[] {
    const wanted = new Set(names)
    return this.#migrations
      .filter(({ name }) => wanted.has(name))
      .map(({ name, checksum }) => ({ name, checksum }))
  }
}

const NOTHING: Verdict = { tool: null, position: null, entries: [], guards: [], remarks: [] }

function adopted(ledger: readonly LedgerEntry[]): Verdict {
  return { ...NOTHING, position: ledger.at(-1)?.name ?? null }
}

function guardOf({ tool, table, lines }: ForeignLedger): BatchStatement {
  return { sql: expectForeignLedger(foreignTool(tool).ledger, table), args: [lines] }
}

function isEmpty(schema: Schema): boolean {
  return Object.values(schema).every(({ length }) => length === 0)
}

function severalLedgers(foreign: readonly ForeignLedger[]): DbfleetError {
  const titles = foreign.map(({ tool, table }) => `${foreignTool(tool).title} (${table})`)
  return new DbfleetError('several-ledgers', `it has the ledgers of ${titles.join(' and ')}`, {
    hint: `Say whose to believe, such as --from ${foreign[0]?.tool}.`,
  })
}
