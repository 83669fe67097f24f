import type { DatabaseResult, Summary } from './fleet-report.js'

/** One member of the fleet, as the configuration describes it; nothing was opened. */
export interface ListRow extends DatabaseResult {
  /** The source it comes from, such as `files 'databases/*.db'`. */
  source: string
  /** Where it is; never holds a secret. */
  url: string
  /** The engine that would open it: `better-sqlite3`, `libsql`, or `remote` on a server. */
  engine: string
}

/** What `list` returns. */
export interface ListReport {
  /** Version of this document's format. */
  schema: 1
  command: 'list'
  databases: ListRow[]
  /** Every listed database counts as `ok`. */
  summary: Summary
}
