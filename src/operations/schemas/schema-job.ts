import { createHash } from 'node:crypto'
import type { LedgerWish } from '../../adopt/find-ledgers.js'
import type { DatabaseTarget, EngineName } from '../../database/database.js'
import { LEDGER_TABLE, type LedgerEntry, readLedger } from '../../migrate/ledger.js'
import type { ErrorReport } from '../../report/error-report.js'
import type { Job, Lane } from '../../run/job.js'
import { readSchemaRows } from '../../schema/read-schema-rows.js'
import type { SchemaRow } from '../../schema/schema-row.js'
import { type ForeignLedger, readForeignLedgers } from '../adopt/read-foreign-ledgers.js'
import { onDatabase, openerOf } from '../members/database-job.js'
import type { JobResources } from '../members/job-resources.js'

export interface SchemaInit {
  busyTimeoutMs: number
  /** `inspect` changes no byte; `read` rolls back what a killed writer left. */
  mode: 'inspect' | 'read'
  /** Which ledgers of other tools are read, too. */
  foreign?: LedgerWish
}

/** What a schema and its ledger say, as text; many databases have the same. */
export interface SchemaText {
  rows: SchemaRow[]
  ledger: LedgerEntry[]
  /** Where they were asked for. */
  foreign?: ForeignLedger[]
}

/** One database's schema, or why it is not known. */
export type SchemaReading =
  | {
      /** Equal exactly for equal texts. */
      key: string
      engine: EngineName
      /** Only where this worker meets this text for the first time, so that results stay small. */
      text?: SchemaText
    }
  | { error: ErrorReport }

/** The text of one database's schema; databases with the same text share `text`. */
export type KnownSchema =
  | { key: string; engine: EngineName; text: SchemaText }
  | { error: ErrorReport }

/** Reads schemas and ledgers. What a text means is found out elsewhere, once for all that have it. */
export async function schemaJob(
  { busyTimeoutMs, mode, foreign }: SchemaInit,
  lane: Lane,
  resources: JobResources,
): Promise<Job<DatabaseTarget, SchemaReading>> {
  const open = await openerOf(lane, resources)
  const options = { mode, busyTimeoutMs }
  const seen = new Set<string>()
  return {
    run: target =>
      onDatabase<SchemaReading>(
        open,
        lane,
        { target, options },
        async db => {
          const rows = await readSchemaRows(db)
          const hasLedger = rows.some(({ type, name }) => type === 'table' && name === LEDGER_TABLE)
          const text: SchemaText = {
            rows,
            ledger: hasLedger ? await readLedger(db) : [],
            ...(foreign && { foreign: await readForeignLedgers(db, rows, foreign) }),
          }
          const key = createHash('sha256').update(JSON.stringify(text)).digest('base64')
          const isNew = !seen.has(key)
          seen.add(key)
          return { key, engine: db.engine, ...(isNew && { text }) }
        },
        error => ({ error }),
      ),
  }
}
