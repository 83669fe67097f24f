import type { WaveRow } from '../../report/wave-rows.js'

/** How a run over many databases is watched and ended. */
export interface RunControl {
  /** Ends the run early: what is in hand is finished, the rest is reported `not-run`. */
  signal?: AbortSignal
  /** Ends the run at once; databases in hand are rolled back by the engine when next opened. */
  kill?: AbortSignal
  /** How many databases are worked on at once; the default follows the machine's processors. */
  jobs?: number
  /** How long to wait for another writer's lock, in milliseconds; the default is the configuration's. */
  busyTimeoutMs?: number
  /** Stops the run when more than so many fail: a count (`3`) or a share (`0.5%`). */
  maxFailures?: string
  /** Called as databases are done. */
  onProgress?: (progress: RunProgress) => void
  /** Called when a wave is over. */
  onWave?: (wave: WaveEnd) => void
  /** Called with what the health command prints, in whole lines. */
  onHealthOutput?: (text: string) => void
}

/** A wave that is over, and judged if it is to be. */
export interface WaveEnd {
  row: WaveRow
  /** The number of the last wave. */
  last: number
  /** How long nothing happens now. */
  pauseMs: number
}

/** How far a run has come. */
export interface RunProgress {
  /** What is being done, such as `reading` or `up`. */
  phase: string
  done: number
  total: number
  failed: number
}
