import type { ForeignTool, ToolName } from '../../adopt/foreign-tool.js'
import { foreignTool } from '../../adopt/foreign-tools.js'
import { matchRecorded } from '../../adopt/match-recorded.js'
import type { BatchStatement } from '../../database/database.js'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import { LEDGER_TABLE, type LedgerEntry } from '../../migrate/ledger.js'
import type { Migration } from '../../migrate/migration.js'
import { belongsToTool } from '../../schema/known-tables.js'
import { parseSchema } from '../../schema/parse-schema.js'
import type { Schema } from '../../schema/schema.js'
import type { KnownSchema } from '../schemas/schema-job.js'
import { guardsOf } from './adoption-guards.js'
import type { AdoptionSchemas } from './adoption-schemas.js'
import type { ForeignLedger } from './read-foreign-ledgers.js'
import { namesOf } from './schema-differs.js'

/** How a database without a ledger is placed. */
export interface Placement {
  /** The name of the migration that it is declared to be at. */
  baseline?: string
  /** By the one position whose schema it has. */
  infer?: boolean
  /** Whose ledger was looked for; all of them where that is not said. */
  from?: ToolName
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

/** Where a database ought to be. */
interface Place {
  tool: ToolName | null
  /** Of the applied migrations, in order. */
  names: string[]
  /** How that is known, as the beginning of a sentence. */
  said: string
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
    const { schema, extra } = this.#schemas.own(parseSchema(rows), tables)
    const [only, ...others] = foreign
    if (others.length > 0) throw severalLedgers(foreign)
    if (only === undefined && isEmpty(schema)) return EMPTY
    const place =
      only === undefined
        ? await this.#bySchema(schema, engine, unreadable(rows))
        : this.#byLedger(only)
    const { tool, names, said } = place
    const remarks = await this.#schemas.compare(schema, names, engine, said)
    return {
      tool,
      position: names.at(-1) ?? null,
      entries: this.#entries(names),
      guards: guardsOf(rows, foreign),
      remarks: [
        ...remarks,
        ...(tool === null ? [] : await this.#doubts(foreignTool(tool), names, engine)),
        ...extra.map(name => `check takes ${name} for drift, unless check.ignore names it`),
      ],
    }
  }

  /** Data that a killed tool changed without recording it leaves no trace in the schema. */
  async #doubts(tool: ForeignTool, names: string[], engine: Known['engine']): Promise<string[]> {
    const last = names.at(-1) ?? ''
    const next = this.#migrations.find(({ name }) => name > last)
    if (next === undefined || (next.transaction && !tool.recordsApart)) return []
    if (!(await this.#schemas.isSilent(names, next.name, engine))) return []
    return [
      `${next.name} changes data only: if ${tool.title} was killed in it, it may be applied already`,
    ]
  }

  #byLedger({ tool: name, recorded }: ForeignLedger): Place {
    const tool = foreignTool(name)
    const { title } = tool
    const [problem] = recorded.problems
    if (problem !== undefined) {
      throw new DbfleetError('ledger-unsound', `${title} ${problem}`, {
        hint: `Mend it with ${title}, or go by its schema: \`dbfleet adopt --from none --infer\`.`,
      })
    }
    const { applied, unknown } = matchRecorded(tool, recorded.entries, this.#migrations)
    if (unknown.length > 0) {
      throw new DbfleetError(
        'recorded-unknown',
        `${title} recorded ${namesOf(unknown)}, of which there is no migration`,
        { hint: `Import ${title}'s migrations: \`dbfleet adopt --import <directory>\`.` },
      )
    }
    return { tool: name, names: applied, said: `${title} recorded ${applied.at(-1) ?? 'nothing'}` }
  }

  async #bySchema(
    schema: Schema,
    engine: Known['engine'],
    others: readonly string[],
  ): Promise<Place> {
    const { baseline, infer, from } = this.#placement
    if (baseline !== undefined) {
      const said = `it is declared to be at ${baseline}`
      return { tool: null, names: this.#upTo(baseline), said }
    }
    if (infer) {
      const last = await this.#schemas.infer(schema, engine)
      const names = last === null ? [] : this.#upTo(last)
      return { tool: null, names, said: `it seems to be at ${last}` }
    }
    const whose = from === undefined ? 'another tool' : foreignTool(from).title
    const seen =
      others.length === 0 ? '' : ` that can be read; its tables ${namesOf(others)} are of others`
    throw new DbfleetError('no-foreign-ledger', `it has no ledger of ${whose}${seen}`, {
      hint: 'Say where it stands with --baseline <migration>, or let --infer find out by its schema.',
    })
  }

  #upTo(last: string): string[] {
    return this.#migrations.map(({ name }) => name).filter(name => name <= last)
  }

  #entries(names: readonly string[]): LedgerEntry[] {
    const wanted = new Set(names)
    return this.#migrations
      .filter(({ name }) => wanted.has(name))
      .map(({ name, checksum }) => ({ name, checksum }))
  }
}

const NOTHING: Verdict = { tool: null, position: null, entries: [], guards: [], remarks: [] }
const EMPTY: Verdict = { ...NOTHING, remarks: ['it is empty, so there is nothing to adopt'] }

function adopted(ledger: readonly LedgerEntry[]): Verdict {
  return { ...NOTHING, position: ledger.at(-1)?.name ?? null }
}

/** Tables of tools, none of which is a ledger that can be read. */
function unreadable(rows: Known['text']['rows']): string[] {
  return rows
    .filter(({ type, name }) => type === 'table' && name !== LEDGER_TABLE && belongsToTool(name))
    .map(({ name }) => name)
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
