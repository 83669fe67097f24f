import type { DatabaseResult, FleetReport, Noted } from './fleet-report.js'

/** How far the replica of one database has come. */
export interface SyncRow extends DatabaseResult {
  /** The replica's file, absolute. */
  path: string
  /** The newest migration in the replica's ledger; `null` when there is none, or it is not known. */
  position: string | null
  /** The number of its newest frame, a page as a transaction wrote it; `null` when not known. */
  frame: number | null
  /** How many frames came now. */
  framesSynced: number
}

/** What `sync` returns. */
export type SyncReport = FleetReport<SyncRow> & Noted
