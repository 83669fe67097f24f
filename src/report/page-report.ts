import type { Summary } from './fleet-report.js'

/** What `report` returns; the findings are on the page. */
export interface PageReport {
  /** Version of this document's format. */
  schema: 1
  command: 'report'
  /** The page, absolute. */
  out: string
  /** False when the command was interrupted; what was there before stays. */
  written: boolean
  /** The size of the page. */
  bytes: number
  /** How many databases could be read. */
  summary: Summary
  /** Wall-clock time in milliseconds. */
  durationMs: number
  interrupted: boolean
}
