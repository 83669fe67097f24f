import type { DatabaseResult, FleetReport } from './fleet-report.js'

/** What `dump` wrote of one database. */
export interface DumpRow extends DatabaseResult {
  /** Where the database is; never holds a secret. */
  url: string
  /** Absolute path of the file that was written; `null` when the text went elsewhere. */
  file: string | null
  /** How many bytes the text has. */
  bytes: number
  /** How many tables are in it. */
  tables: number
  /** What whoever loads the dump should know. */
  remarks: string[]
  /** What SQL text cannot carry, so that the dump is not the whole database; then it has `failed`. */
  notCarried: string[]
}

/** What `dump` returns; it has one row. */
export type DumpReport = FleetReport<DumpRow>
