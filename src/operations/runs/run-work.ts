import { setTimeout as sleep } from 'node:timers/promises'
import type { ClaimedRow, Journal, RecordedRow } from '../../control/journal.js'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import { type ErrorClass, errorClassOf } from '../../report/error-class.js'
import { type ErrorReport, reportError } from '../../report/error-report.js'
import type { FailureBudget } from '../../run/failure-budget.js'
import { monotonic } from './monotonic.js'
import { CANARY } from './plan-waves.js'

/** What a job says of one database. */
export interface WorkResult {
  done: string[]
  error?: ErrorReport
  ms?: number
  /** True when there was nothing to do. */
  isSkipped?: boolean
  /** Where it was left, by those who run no migrations one by one. */
  after?: string
}

export interface RunWorkOptions {
  signal?: AbortSignal | undefined
  budget?: FailureBudget | undefined
  /** How many have failed before anything was claimed. */
  failedBefore: number
  /** How long to wait for what another run holds. */
  patienceMs: number
  /** Whether a database that has no file any more has left the fleet. */
  hasVanished(name: string): Promise<boolean>
  /**
   * What is done with databases of the run that this process's fleet does not have: they have vanished,
   * or are left to the others.
   */
  unknown: 'vanished' | 'others'
  /** What is tried again by itself. */
  retried: readonly ErrorClass[]
  /** How many are claimed at once; without it, so many as are work for a while. */
  claimSize?: number
}

const FIRST_CLAIM = 64
const LARGEST_CLAIM = 1_024
/** A claim should be work for about this long. */
const CLAIM_MS = 500
const ROWS_BEFORE_FLUSH = 512
const FLUSH_AFTER_MS = 200
/** What passes by itself is tried so often. */
const MOST_ATTEMPTS = 3
const FIRST_DELAY_MS = 500
/** So long nobody claims what somebody did not know. */
const LEFT_TO_OTHERS_MS = 2_000
const POLL_MS = 200
/** So often it is looked whether those live that are waited for. */
const LOOK_AFTER_MS = 1_000
/** A lease is renewed so often while it lasts. */
const RENEWALS = 3

/**
 * The work that this process does in a run: claims databases, records what became of them, and keeps
 * its leases alive. When the control database fails, what is in hand is finished and nothing new begun.
 */
export class RunWork implements AsyncDisposable {
  /** By name; of those that this process has handled. */
  readonly results = new Map<string, WorkResult & { vanished?: true }>()
  readonly #journal: Journal
  readonly #options: RunWorkOptions
  readonly #inHand = new Map<string, ClaimedRow>()
  readonly #doneBefore = new Map<string, string[]>()
  readonly #timer: NodeJS.Timeout
  #buffer: RecordedRow[] = []
  #flushedAt = performance.now()
  #claimedAt = performance.now()
  #claimSize = FIRST_CLAIM
  #failed: number
  #canaryBudget: FailureBudget | undefined
  #failedInCanary = 0
  #stopped: ErrorReport | undefined
  #deadline: number
  #blockedSince: number | undefined
  #lookedAt = performance.now()

  constructor(journal: Journal, options: RunWorkOptions) {
    this.#journal = journal
    this.#deadline = monotonic() + journal.leaseMs
    this.#options = options
    this.#failed = options.failedBefore
    this.#timer = setInterval(() => void this.#renew(), journal.leaseMs / RENEWALS)
    this.#timer.unref()
  }

  /** Why nothing new is begun. */
  get stopped(): ErrorReport | undefined {
    return this.#stopped
  }

  /** Names this process in leases. */
  get holder(): string {
    return this.#journal.holder
  }

  /** Until when this process may begin to write to what it has claimed, on the clock of `monotonic`. */
  get deadline(): number {
    return this.#deadline
  }

  /** True when too many failures end the run. */
  get hasBudget(): boolean {
    return this.#options.budget !== undefined || this.#canaryBudget !== undefined
  }

  /** True when nothing more is to be handed out, not even what is claimed. */
  isOver(): boolean {
    return this.#stopped !== undefined
  }

  /** Databases to work on now; none when the run has no more. Waits for what others hold. */
  async next(): Promise<readonly ClaimedRow[]> {
    // So many may have failed before anything was begun.
    await this.#countFailures(0)
    while (!this.isOver() && this.#options.signal?.aborted !== true) {
      await this.#flush()
      const claim = await this.#claim()
      if (claim === undefined) return []
      if (claim.rows.length > 0) {
        for (const row of claim.rows) this.#inHand.set(row.database, row)
        return claim.rows
      }
      if (claim.left === 0 && this.#inHand.size === 0) return []
      if (this.#inHand.size === 0) {
        await this.#freeGone()
        await this.#giveUpBlocked()
      }
      await sleep(this.#inHand.size > 0 ? POLL_MS / 10 : POLL_MS)
    }
    return []
  }

  /**
   * Takes the result of a claimed database; resolves when there is room for more.
   *
   * @param names what was to be done
   */
  async take(row: ClaimedRow, names: readonly string[], result: WorkResult): Promise<void> {
    const { database, attempt } = row
    this.#inHand.delete(database)
    const done = [...(this.#doneBefore.get(database) ?? []), ...result.done]
    const { error, ms, isSkipped, after } = result
    const durationMs = ms === undefined ? {} : { durationMs: ms }
    this.results.set(database, { ...result, done })
    if (error === undefined) {
      // Another run has done the rest; but on a second try it may have been this one, which died
      // before it wrote that down.
      const byOthers = attempt === 1 && done.length < names.length
      this.#buffer.push({
        database,
        state: isSkipped ? 'skipped' : 'ok',
        ...durationMs,
        ...(byOthers && { done }),
        ...(after !== undefined && { after }),
      })
    } else {
      await this.#takeFailure(row, { done, error, ...durationMs })
    }
    const isDue = performance.now() - this.#flushedAt > FLUSH_AFTER_MS
    if (this.#buffer.length >= ROWS_BEFORE_FLUSH || isDue) await this.#flush()
  }

  /**
   * Gives back claimed databases that are not in this process's fleet.
   *
   * @param others how many of the same claim it does have
   */
  async passOver(rows: readonly ClaimedRow[], others: number): Promise<void> {
    const isGone = this.#options.unknown === 'vanished'
    for (const { database } of rows) {
      this.#inHand.delete(database)
      this.#buffer.push(
        isGone
          ? { database, state: 'vanished' }
          : { database, state: 'pending', delayMs: LEFT_TO_OTHERS_MS },
      )
    }
    await this.#flush()
    if (isGone || others > 0) return
    this.#stopped ??= {
      code: 'other-fleet',
      message: `this fleet lacks databases of run ${this.#journal.id}, such as ${rows[0]?.database}`,
      hint: 'Join it with the configuration that it was begun with.',
    }
  }

  /** Ends the run for everybody that works on it. */
  async stop(reason: ErrorReport): Promise<void> {
    this.#stopped ??= reason
    await this.#flush()
    await this.#journal.stop(reason).catch(() => undefined)
  }

  /** From now on, not more than this may fail of the wave that is the canary. */
  guardCanary(budget: FailureBudget): void {
    this.#canaryBudget = budget
  }

  /** Takes note of what has failed in all waves, in other hands too. */
  async judge({ canary, all }: { canary: number; all: number }): Promise<void> {
    this.#failedInCanary = Math.max(this.#failedInCanary, canary)
    this.#failed = Math.max(this.#failed, all + this.#options.failedBefore)
    await this.#countFailures(0)
  }

  /** Writes down what is not yet written. */
  async settle(): Promise<void> {
    await this.#flush()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
  }

  async #takeFailure(
    { database, attempt, wave }: ClaimedRow,
    { done, error, durationMs }: { done: string[]; error: ErrorReport; durationMs?: number },
  ): Promise<void> {
    const kind = errorClassOf(error.code)
    const failure = {
      database,
      done,
      error,
      errorClass: kind,
      ...(durationMs !== undefined && { durationMs }),
    }
    if (error.code === 'missing' && (await this.#options.hasVanished(database))) {
      this.#buffer.push({ ...failure, state: 'vanished' })
      this.results.set(database, { done, error, vanished: true })
      return
    }
    if (this.#options.retried.includes(kind) && attempt < MOST_ATTEMPTS) {
      this.#doneBefore.set(database, done)
      this.#buffer.push({ ...failure, state: 'pending', delayMs: delayAfter(attempt) })
      return
    }
    this.#buffer.push({ ...failure, state: 'failed' })
    if (wave === CANARY) this.#failedInCanary += 1
    await this.#countFailures(1)
  }

  /** Whoever waits for others looks now and then whether they live. */
  async #freeGone(): Promise<void> {
    const now = performance.now()
    if (now - this.#lookedAt < LOOK_AFTER_MS) return
    this.#lookedAt = now
    try {
      await this.#journal.freeGone()
    } catch (error) {
      this.#fail(error)
    }
  }

  /** What another run holds for too long has failed in this one. */
  async #giveUpBlocked(): Promise<void> {
    try {
      const blocked = await this.#journal.blocked()
      const now = performance.now()
      const since = this.#blockedSince ?? now
      this.#blockedSince = blocked.length === 0 ? undefined : since
      if (blocked.length === 0 || now - since < this.#options.patienceMs) return
      const rows = blocked.map(({ database, run, host, pid }): RecordedRow => {
        const error = {
          code: 'leased',
          message: `run ${run} holds it, in process ${pid} on ${host}`,
          hint: 'Run the same command again when that run has ended, or end that process; a little later its databases are free.',
        }
        this.results.set(database, { done: [], error })
        return { database, state: 'failed', error, errorClass: errorClassOf(error.code) }
      })
      await this.#journal.giveUp(rows)
      this.#blockedSince = undefined
      await this.#countFailures(rows.length)
    } catch (error) {
      this.#fail(error)
    }
  }

  async #countFailures(more: number): Promise<void> {
    this.#failed += more
    if (this.isOver()) return
    const { budget } = this.#options
    const isOfCanary = this.#canaryBudget?.exceededBy(this.#failedInCanary) === true
    if (!isOfCanary && budget?.exceededBy(this.#failed) !== true) return
    await this.stop({
      code: 'too-many-failures',
      // Without a number: what is in hand may fail, too.
      message:
        budget === undefined
          ? 'a database of the canary failed'
          : `more databases${isOfCanary ? ' of the canary' : ''} failed than --max-failures allows`,
    })
  }

  async #claim() {
    const now = performance.now()
    const ms = now - this.#claimedAt
    if (ms < CLAIM_MS) this.#claimSize = Math.min(LARGEST_CLAIM, this.#claimSize * 2)
    else if (ms > 4 * CLAIM_MS) this.#claimSize = Math.max(FIRST_CLAIM, this.#claimSize / 2)
    this.#claimedAt = now
    try {
      return await this.#journal.claim(this.#options.claimSize ?? this.#claimSize)
    } catch (error) {
      this.#fail(error)
      return undefined
    }
  }

  async #flush(): Promise<void> {
    if (this.#buffer.length === 0) return
    const rows = this.#buffer
    this.#buffer = []
    this.#flushedAt = performance.now()
    try {
      await this.#journal.record(rows)
    } catch (error) {
      // They are written when it serves again; until then nothing new is begun.
      this.#buffer.unshift(...rows)
      this.#fail(error)
    }
  }

  async #renew(): Promise<void> {
    const asked = monotonic()
    try {
      const { alive, state } = await this.#journal.renew()
      if (alive) this.#deadline = asked + this.#journal.leaseMs
      else this.#fail(lostLease(this.#journal.id))
      if (state === 'stopping' || state === 'ended') this.#stopped ??= stoppedElsewhere()
    } catch (error) {
      // One answer may get lost.
      if (monotonic() > this.#deadline - this.#journal.leaseMs / RENEWALS) this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    if (!(error instanceof DbfleetError)) throw error
    this.#stopped ??= reportError(error)
  }
}

/** Classes of errors after which the same may work a little later, without anybody doing anything. */
export function classesThatPass(direction: 'up' | 'down' | 'redo'): readonly ErrorClass[] {
  // When no answer came, it may have been done; the ledger tells whether `up` was.
  return direction === 'up' ? ['busy', 'unreachable'] : ['busy']
}

/** Longer each time, and not the same for all. */
function delayAfter(attempt: number): number {
  return Math.round(FIRST_DELAY_MS * 4 ** (attempt - 1) * (0.75 + Math.random() / 2))
}

function lostLease(id: number | undefined): DbfleetError {
  return new DbfleetError(
    'lease-lost',
    `others have taken over what this process held in run ${id}`,
  )
}

function stoppedElsewhere(): ErrorReport {
  return { code: 'run-stopped', message: 'another process of this run has stopped it' }
}
