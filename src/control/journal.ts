import type { LedgerEntry } from '../migrate/ledger.js'
import type { ErrorClass } from '../report/error-class.js'
import type { ErrorReport } from '../report/error-report.js'
import type { RunOutcome } from '../report/run-rows.js'
import type { WaveLog } from './wave-log.js'

/** What is run on databases that stand at one place. */
export interface PlanEntry {
  number: number
  position: string | null
  ledger: readonly LedgerEntry[]
  names: readonly string[]
}

/** A database that the run is about. */
export interface PlannedRow {
  database: string
  wave: number
  plan: number
}

/** A backup set that was made of databases before they are changed. */
export interface PlannedBackup {
  /** Where it is: a path or a URL. */
  set: string
  /** What it has of each database: paths from there, by name. */
  objects: ReadonlyMap<string, string>
}

/** A database that this holder alone may change, until its lease ends. */
export interface ClaimedRow {
  database: string
  plan: number
  wave: number
  /** Grows with every claim. */
  fence: bigint
  /** 1 for the first. */
  attempt: number
}

/** What became of a claimed database. */
export interface RecordedRow {
  database: string
  state: 'ok' | 'failed' | 'skipped' | 'vanished' | 'pending'
  durationMs?: number
  /** How often it was tried, where that was not counted by claims. */
  attempts?: number
  /** Left out when it was all of the plan. */
  done?: readonly string[]
  error?: ErrorReport
  errorClass?: ErrorClass
  /** Where it stood, for runs without plans; left out when it stood nowhere, or that is not known. */
  before?: string
  /** Where it was left; likewise. */
  after?: string
  /** With `pending`: not to be claimed again before so many milliseconds have passed. */
  delayMs?: number
}

export interface Claim {
  rows: ClaimedRow[]
  /**
   * How many are not done, and not claimed by this call: others hold them, or they have to wait. Those of
   * later waves count while another process conducts the run.
   */
  left: number
}

/** A database that another run holds. */
export interface BlockedRow {
  database: string
  run: number
  host: string
  pid: number
}

/** One run, and this process as one of those that work on it. */
export interface Journal {
  /** Its number; absent for a run that is recorded nowhere. */
  readonly id: number | undefined
  /** Names this process in leases. */
  readonly holder: string
  /** So long it may be silent, in milliseconds. */
  readonly leaseMs: number
  /** Where the run is done in waves. */
  readonly waves: WaveLog
  /** Records what is to be done. */
  plan(
    plans: readonly PlanEntry[],
    rows: readonly PlannedRow[],
    of: {
      total?: number
      idle: Readonly<Record<string, number>>
      backup?: PlannedBackup | undefined
    },
  ): Promise<void>
  /** Records results of databases that nobody has to claim. */
  settle(rows: readonly RecordedRow[]): Promise<void>
  /** From now on work may be claimed, up to and with this wave; this process opens later ones. */
  open(wave?: number): Promise<void>
  /** Nobody may claim any more; what is held is finished. */
  stop(reason: ErrorReport): Promise<void>
  /**
   * Takes databases that nobody holds, in the order of waves and names.
   *
   * @throws DbfleetError `lease-lost` when this holder was silent for so long that others have taken
   * over what it held
   */
  claim(limit: number): Promise<Claim>
  /** What became of those of these databases that are done, in whose hands ever. */
  results(names: readonly string[]): Promise<RecordedRow[]>
  /** Databases that cannot be claimed since other runs hold them. */
  blocked(): Promise<BlockedRow[]>
  /** Records results of what this holder holds; what it lost meanwhile stays as others left it. */
  record(rows: readonly RecordedRow[]): Promise<void>
  /** Records that databases failed which could not be claimed. */
  giveUp(rows: readonly RecordedRow[]): Promise<void>
  /**
   * Says that this holder lives.
   *
   * @returns false when others have taken over what it held; and whether the run still goes on
   */
  renew(): Promise<{ alive: boolean; state: string }>
  /** Frees what processes of this machine held that have ended, of whatever run. */
  freeGone(): Promise<void>
  /** Leaves the run; it ends when nobody works on it any more. */
  leave(outcome: RunOutcome, reason?: ErrorReport): Promise<void>
  /** Takes note of where databases of the fleet stand; what has not changed is not written. */
  see(positions: readonly (readonly [name: string, position: string | null])[]): Promise<void>
  /** Takes note of databases that are gone. */
  forget(names: readonly string[]): Promise<void>
}
