import type { DatabaseResult, FleetReport } from './fleet-report.js'

/** `error` fails the check, `warning` does with `--strict`, `note` never does. */
export type Severity = 'error' | 'warning' | 'note'

/** One thing that a check found, said once for all databases that it is about. */
export interface Finding {
  /** Stable; documented in `docs/lint.md` and `docs/commands/check.md`. */
  code: string
  severity: Severity
  message: string
  /** Names of the databases that it is about; empty when it is about a migration alone. */
  databases: string[]
  /** The path of the file that it is about, relative to `root`, with `/`. */
  file?: string
  /** From 1. */
  line?: number
  hint?: string
  /** The statements that would mend it; to be reviewed, since they may lose data. */
  sql?: string[]
}

/** Databases with the same schema at the same ledger position. */
export interface SchemaGroup {
  /** SHA-256 in hex of what the schema means, whatever its spelling. */
  fingerprint: string
  position: string | null
  /** `null` when the expected schema is not known, since a migration does not apply. */
  asExpected: boolean | null
  databases: string[]
}

/** Where one database stands. */
export interface CheckRow extends DatabaseResult {
  position: string | null
  /** Whether it has the expected schema of its own position; `null` when that is not known. */
  asExpected: boolean | null
}

/** Why a database stands for others: its schema, or because none is larger or older. */
export type RehearsalReason = 'schema' | 'largest' | 'oldest'

/** What pending migrations did to the copy of one database. */
export interface RehearsalRow extends DatabaseResult {
  reasons: RehearsalReason[]
  /** The pending migrations, which were applied if the status is `ok`. */
  pending: string[]
  /** How long they took, without making the copy. */
  durationMs?: number
  bytesBefore?: number
  bytesAfter?: number
}

/** What came of applying pending migrations to copies. */
export interface Rehearsal {
  databases: RehearsalRow[]
  /** How many databases have pending migrations. */
  pending: number
  /** How many different schemas with pending migrations were not rehearsed. */
  omittedSchemas: number
  /** How long the fleet's migrations will take by that; absent when no copy was migrated. */
  predicted?: {
    /** One after another. */
    workMs: number
    /** As many at once as a run does here. */
    durationMs: number
    atOnce: number
  }
}

/** What `check` returns. */
export interface CheckReport extends FleetReport<CheckRow> {
  command: 'check'
  /** Absolute; what the findings' files are relative to. */
  root: string
  /** True when no database was looked at. */
  offline: boolean
  /** How many migrations there are. */
  migrations: number
  findings: Finding[]
  /** The different schemas, that of most databases first. */
  census: SchemaGroup[]
  /** Fix scripts that were written, absolute. */
  scripts: string[]
  /** Absent when none was asked for. */
  rehearsal?: Rehearsal
}
