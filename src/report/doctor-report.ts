import type { Finding } from './check-report.js'
import type { Summary } from './fleet-report.js'

/**
 * One thing that is wrong, said once for all databases that it is about. `error`: something does not
 * work; `warning`: it may not for long, or is not safe; `note`: good to know.
 */
export interface DoctorFinding
  extends Pick<Finding, 'code' | 'severity' | 'message' | 'databases'> {
  /** How to mend it. */
  hint: string
}

/** An engine for files, as it is here. */
export interface EngineFacts {
  name: 'better-sqlite3' | 'libsql'
  /** The version of its SQLite; `null` where it does not load. */
  sqlite: string | null
}

/** A server of the fleet. */
export interface ServerFacts {
  url: string
  /** What it says it is, such as `sqld 0.24.32`; `null` where it does not say, or does not answer. */
  version: string | null
}

/** What `doctor` returns. */
export interface DoctorReport {
  /** Version of this document's format. */
  schema: 1
  command: 'doctor'
  /** The gravest first; empty when all is well. */
  findings: DoctorFinding[]
  /** dbfleet's own version. */
  version: string
  /** That of Node, such as `20.20.2`. */
  node: string
  engines: EngineFacts[]
  /** Those of selected databases, by URL. */
  servers: ServerFacts[]
  /** The selected databases: `failed` are those that cannot be worked on. */
  summary: Summary
  /** Wall-clock time of the run in milliseconds. */
  durationMs: number
  /** True when the run was ended early by a signal. */
  interrupted: boolean
}
