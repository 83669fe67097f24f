import type { Finding, SchemaGroup } from '../report/check-report.js'
import type { LastResult, RunCourse } from '../report/run-course.js'
import type { RunRow } from '../report/run-rows.js'
import type { StatusRow } from '../report/status-rows.js'

/** A part of the page that could not be made, and why. */
export interface Absent {
  absent: string
}

/** Everything that a page shows. */
export interface PageFacts {
  /** Milliseconds since 1970. */
  madeAt: number
  /** What the fleet is called. */
  title: string
  /** True when a selector picked some of the fleet's databases. */
  isPart: boolean
  /** Sorted by name. */
  databases: readonly StatusRow[]
  schemas: SchemaFacts | Absent
  runs: RunFacts | Absent
  backups: BackupFacts | Absent
}

export interface SchemaFacts {
  census: readonly SchemaGroup[]
  findings: readonly Finding[]
}

export interface RunFacts {
  /** Newest first. */
  runs: readonly RunRow[]
  /** By the names of databases. */
  last: ReadonlyMap<string, LastResult>
  /** The newest run that worked on many databases. */
  course?: RunCourse & { run: RunRow }
}

export interface BackupFacts {
  /** Where the sets are; never holds a secret. */
  place: string
  /** The newest proven copy of each database that has one, by name. */
  copies: ReadonlyMap<string, { set: string; takenAt: number }>
  /** Sets that could not be read, and why. */
  unreadable: readonly { set: string; message: string }[]
}
