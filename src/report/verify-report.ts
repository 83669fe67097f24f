import type { Finding } from './check-report.js'
import type { DatabaseResult, FleetReport } from './fleet-report.js'

/** What `verify` saw of one database of a set. */
export interface VerifyRow extends DatabaseResult {
  /**
   * `restored`: restored and compared with what was backed up. `bytes`: every byte read. `size`: it
   * is there with its size, since the sample left it out. `null`: nothing of it is in the set.
   */
  looked: 'restored' | 'bytes' | 'size' | null
  /** What the manifest says: that `backup` restored it. */
  proven: boolean
  /** The object, relative to the set; `null` when there is none. */
  object: string | null
  /** How large the object is, in bytes, by the manifest. */
  storedBytes: number
}

/** What `verify` returns. */
export interface VerifyReport extends FleetReport<VerifyRow> {
  command: 'verify'
  /** Where the set is. */
  set: string
  /** When its backup began; UTC, ISO 8601. `null` when the manifest cannot be read. */
  startedAt: string | null
  /** What is wrong with the set, each said once for all databases that it is about. */
  findings: Finding[]
}
