import type { ErrorReport } from './error-report.js'

/** What became of one database in one run. */
export type DatabaseStatus = 'ok' | 'failed' | 'skipped' | 'not-run'

/** The result for one database; verbs add their own fields to it. */
export interface DatabaseResult {
  name: string
  status: DatabaseStatus
  /** Present exactly when `status` is `failed`. */
  error?: ErrorReport
}

/** How many databases ended in which status. */
export interface Summary {
  total: number
  ok: number
  failed: number
  skipped: number
  notRun: number
}

/** The result of one verb over many databases. Never thrown: a failed database is a row in it. */
export interface FleetReport<Row extends DatabaseResult = DatabaseResult> {
  /** Version of this document's format. */
  schema: 1
  /** The verb, such as `up`. */
  command: string
  databases: Row[]
  summary: Summary
  /** Wall-clock time of the run in milliseconds. */
  durationMs: number
  /** True when the run was ended early by a signal. */
  interrupted: boolean
}

/** What reports of verbs say that are runs of the journal. */
export interface Recorded {
  /** Its number in the journal; absent where runs are not recorded. */
  run?: number
  /** Why it ended before all was done, when nobody interrupted it. */
  stopped?: ErrorReport
}

/** Likewise, of verbs that go on without the journal. */
export interface Noted extends Pick<Recorded, 'run'> {
  /** Why it is not in the journal, or not all of it. */
  unrecorded?: ErrorReport
}

/** Counts the rows by status. */
export function summarize(databases: readonly DatabaseResult[]): Summary {
  const summary: Summary = { total: databases.length, ok: 0, failed: 0, skipped: 0, notRun: 0 }
  for (const { status } of databases) {
    summary[status === 'not-run' ? 'notRun' : status] += 1
  }
  return summary
}
