import type { ErrorClass } from './error-class.js'
import type { ErrorReport } from './error-report.js'

/** What became of a database in the run that last worked on it. */
export interface LastResult {
  run: number
  status: 'ok' | 'failed' | 'skipped' | 'not-run'
  /** Milliseconds since 1970. */
  endedAt: number | null
  error?: ErrorReport
  errorClass?: ErrorClass
}

/** How a run went, by the clock of the control database; times in milliseconds since 1970. */
export interface RunCourse {
  waves: Wave[]
  /** In the order of time; databases that ended since the moment before. */
  moments: Moment[]
}

/** One of the steps in which a run takes up databases. */
export interface Wave {
  number: number
  name: string
  startedAt: number | null
  endedAt: number | null
  /** What the health command said after it. */
  health: string | null
}

export interface Moment {
  at: number
  ok: number
  failed: number
  skipped: number
}
