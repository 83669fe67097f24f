import type { DatabaseResult, FleetReport, Noted } from './fleet-report.js'

/** What `backup` made of one database. */
export interface BackupRow extends DatabaseResult {
  /** Where the database is; never holds a secret. */
  url: string
  /** True when its object was read back, restored, and held what was read. */
  proven: boolean
  /** True when nobody wrote to it since an earlier set, whose object is kept for this one. */
  unchanged: boolean
  /**
   * The object, relative to the set; `null` when there is none. One of an earlier set begins with
   * `../`.
   */
  object: string | null
  /** What the object is: SQL text, or the pages of the file; `null` when there is none. */
  format: 'sql' | 'image' | null
  /** Why it is an image although SQL text was asked for; `null` when it is not. */
  reason: string | null
  /** How large the object is, in bytes. */
  storedBytes: number
  /** How large its text or image is before it is compressed, in bytes. */
  rawBytes: number
  /** How many rows it has in all tables. */
  rows: number
  /** The newest migration in its ledger; `null` when there is none, or it is not known. */
  position: string | null
}

/** What `backup` returns. */
export interface BackupReport extends FleetReport<BackupRow>, Noted {
  /** Absolute path of the set. */
  set: string
  /** True when every selected database is in it. */
  complete: boolean
}
