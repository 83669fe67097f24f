/** What the health command said after a wave. */
export interface Health {
  status: 'passed' | 'failed'
  /** Why it failed, such as `it ended with exit status 1`. */
  reason?: string
  /** The end of what it printed. */
  output: string
  durationMs: number
}

/** One wave of a run. */
export interface WaveRow {
  /** 0 for the canary, then from 1. */
  number: number
  /** `canary`, or `wave 3`. */
  name: string
  /** How many databases are in it. */
  total: number
  ok: number
  failed: number
  skipped: number
  notRun: number
  /** UTC, ISO 8601; `null` before it began. */
  startedAt: string | null
  /** When the last of its databases was done. */
  endedAt: string | null
  /** Absent when nobody asked. */
  health?: Health
}

/** What a dry run says of a wave. */
export interface PlannedWaveRow extends Pick<WaveRow, 'number' | 'name' | 'total'> {
  /** Names; for the canary. */
  databases?: string[]
}
