import type { DatabaseResult, FleetReport, Recorded } from './fleet-report.js'

/** What `adopt` found out about one database, and did to it. */
export interface AdoptRow extends DatabaseResult {
  /** Where it is; never holds a secret. */
  url: string
  /** The tool whose ledger says where it stands; `null` when none does. */
  tool: string | null
  /** The newest migration that it has; `null` when there is none or it is not known. */
  position: string | null
  /** The migrations that its ledger got, or would get; empty when it has one already. */
  applied: string[]
  /** What is to be known about it, and is no reason not to adopt it. */
  remarks: string[]
}

/** A migration of another tool, and what it became. */
export interface ImportedMigration {
  /** Its file, relative to the directory. */
  from: string
  /** Its name now. */
  name: string
  /** Names of its files now. */
  files: string[]
  /** True when the files were there already, with the same text. */
  kept: boolean
  /** False when nothing says how it is taken back. */
  reversible: boolean
}

/** What became of a directory of another tool. */
export interface ImportReport {
  /** Whose migrations they are. */
  tool: string
  /** Absolute path of where they were. */
  from: string
  /** Absolute path of where they are now. */
  to: string
  migrations: ImportedMigration[]
  /** What a person has to rewrite. */
  byHand: { file: string; why: string }[]
}

/** What `adopt` returns. */
export interface AdoptReport extends FleetReport<AdoptRow>, Recorded {
  /** True when nothing was written. */
  dryRun: boolean
  /** What was imported; `null` when nothing was to be. */
  imported: ImportReport | null
}
