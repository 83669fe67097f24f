import type { DatabaseResult, Summary } from '../report/fleet-report.js'
import type { Health, WaveRow } from '../report/wave-rows.js'

/** A wave, when a run is planned. */
export type PlannedWave = Pick<WaveRow, 'number' | 'name'>

/** A database that failed. */
export type Failure = Required<Pick<DatabaseResult, 'name' | 'error'>>

/** The waves of one run: which there are, how far each has come. */
export interface WaveLog {
  /** Records waves that are to come, before the databases that are in them. */
  plan(waves: readonly PlannedWave[]): Promise<void>
  /**
   * Lets databases of this wave be claimed, which only the process that opened the run may do, and only
   * when those of earlier waves are done.
   *
   * @returns false when that is not so, or the run was stopped
   */
  begin(number: number): Promise<boolean>
  /** Records that no database of it is left. */
  end(number: number): Promise<void>
  /** Records what the health command said after it. */
  judge(number: number, health: Health): Promise<void>
  /** All waves, in their order. */
  rows(): Promise<WaveRow[]>
  /** What the whole run has come to; what is in hand is not run. */
  summary(): Promise<Summary>
  /** So many of the databases that failed, by name. */
  failures(limit: number): Promise<Failure[]>
}
