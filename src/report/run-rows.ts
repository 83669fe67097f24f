import type { ErrorClass } from './error-class.js'
import type { ErrorReport } from './error-report.js'
import type { Summary } from './fleet-report.js'
import type { WaveRow } from './wave-rows.js'

/** How a run ended: `stopped` before all was done, by itself; `lost` when its processes died. */
export type RunOutcome = 'done' | 'failed' | 'stopped' | 'interrupted'

/** One run of the journal. */
export interface RunRow {
  id: number
  verb: string
  /** `lost`: nobody works on it any more, though nobody ended it. */
  state: 'running' | 'stopping' | 'lost' | RunOutcome
  /** UTC, ISO 8601. */
  startedAt: string
  endedAt: string | null
  /** How many databases were selected. */
  total: number
  ok: number
  failed: number
  skipped: number
  notRun: number
  /** In the hands of a process at this moment. */
  inHand: number
  /** Had nothing to do; they are among `ok`. */
  idle: number
  host: string
  /** The backup set that it made; by `up` and its like, first. */
  backup?: string
  /** What was restored: a set or a dump. */
  from?: string
  /** Those of databases that joined the fleet during the run. */
  furtherBackups?: string[]
  /** The run that this one takes back. */
  undoes?: number
  /** Why it ended before all was done. */
  reason?: ErrorReport
}

/** What a run did to one database. */
export interface RunDatabaseRow {
  name: string
  status: 'ok' | 'failed' | 'skipped' | 'not-run'
  wave: number
  /** How often it was tried. */
  attempts: number
  /** Where it stood before. */
  before: string | null
  /** Where the run left it, as far as was recorded; absent when that is not known. */
  after?: string | null
  /** What was committed, in order. */
  done: string[]
  durationMs: number | null
  endedAt: string | null
  error?: ErrorReport
  errorClass?: ErrorClass
  /** What the run had backed up of it first: the set, and a path from there. */
  backup?: { set: string; object: string }
}

/** What `runs` returns. */
export interface RunsReport {
  schema: 1
  command: 'runs'
  /** Newest first. */
  runs: RunRow[]
}

/** What `runs show` returns. */
export interface RunReport {
  schema: 1
  command: 'runs'
  run: RunRow
  /** In their order; absent where all was done at once. */
  waves?: WaveRow[]
  /** Those that the run was about; those that had nothing to do are only counted. */
  databases: RunDatabaseRow[]
  summary: Summary
}
