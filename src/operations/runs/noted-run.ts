import type { Control } from '../../control/control-database.js'
import type { RecordedRow } from '../../control/journal.js'
import { type NewRun, RunJournal } from '../../control/run-journal.js'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import { errorClassOf } from '../../report/error-class.js'
import { type ErrorReport, reportError } from '../../report/error-report.js'
import type { DatabaseResult, Noted, Summary } from '../../report/fleet-report.js'
import type { FleetContext } from '../members/fleet-context.js'
import { openControlOf } from './open-control.js'
import { journalOptions, outcomeOf, untilItServes } from './with-run.js'

/** Records that a run begins that is about so many databases. */
export type BeginNote = (run: Omit<NewRun, 'migrations'>, total: number) => Promise<void>

/** What says how a run ended. */
interface Measured {
  durationMs: number
  interrupted?: boolean
  summary?: Summary
}

/** What becomes of a run for the journal. */
export interface Ending<Report> {
  report: Report
  rows: readonly RecordedRow[]
  /** How many had nothing to do, by position. */
  idle?: Readonly<Record<string, number>>
}

/** What is recorded of a row; nothing of one that was not run. */
export function recordedRow(
  { name: database, status, error }: DatabaseResult,
  { before, after }: { before?: string | null; after?: string | null },
): RecordedRow[] {
  if (status === 'not-run') return []
  return [
    {
      database,
      state: status,
      attempts: 1,
      ...(typeof before === 'string' && { before }),
      ...(typeof after === 'string' && { after }),
      ...(error !== undefined && { error, errorClass: errorClassOf(error.code) }),
    },
  ]
}

/** It is said so often while the run goes on that it lives, for each time that would be enough. */
const RENEWALS = 3

/**
 * Does something that needs nothing of the journal, and records it there when it begins and when it
 * ends. Where the journal does not serve, it is done all the same.
 */
export async function noted<Report extends Measured>(
  context: FleetContext,
  work: (begin: BeginNote) => Promise<Ending<Report>>,
): Promise<Report & Noted> {
  await using note = new Note(context)
  const {
    report,
    rows,
    idle = {},
  } = await work((run, total) => note.begin(run, total)).catch(async error => {
    await note.abandon(error)
    throw error
  })
  return { ...report, ...(await note.end(report, rows, idle)) }
}

class Note implements AsyncDisposable {
  readonly #context: FleetContext
  #control: Control | undefined
  #journal: RunJournal | undefined
  #timer: NodeJS.Timeout | undefined
  #unrecorded: ErrorReport | undefined
  #total = 0

  constructor(context: FleetContext) {
    this.#context = context
  }

  async begin(run: Omit<NewRun, 'migrations'>, total: number): Promise<void> {
    this.#total = total
    try {
      this.#control = await openControlOf(this.#context)
      if (this.#control === undefined) return
      const options = journalOptions(this.#context)
      const journal = await RunJournal.begin(this.#control, { ...run, migrations: [] }, options)
      this.#journal = journal
      const renew = () => void journal.renew().catch(() => undefined)
      this.#timer = setInterval(renew, journal.leaseMs / RENEWALS)
      this.#timer.unref()
      await journal.plan([], [], { total, idle: {} })
    } catch (error) {
      this.#unrecorded = withoutRun(error)
    }
  }

  async end(
    report: Measured,
    rows: readonly RecordedRow[],
    idle: Readonly<Record<string, number>>,
  ): Promise<Noted> {
    const journal = this.#journal
    if (journal !== undefined && this.#unrecorded === undefined) {
      const unwritten = await untilItServes(async () => {
        await journal.plan([], [], { total: this.#total, idle })
        await journal.settle(rows)
        await journal.leave(outcomeOf(report))
      })
      if (unwritten !== undefined) {
        this.#unrecorded = { ...unwritten, hint: 'The run itself went as reported.' }
      }
    }
    return {
      ...(journal !== undefined && { run: journal.id }),
      ...(this.#unrecorded !== undefined && { unrecorded: this.#unrecorded }),
    }
  }

  async abandon(error: unknown): Promise<void> {
    const reason = error instanceof Error ? reportError(error) : undefined
    await this.#journal?.leave('failed', reason).catch(() => undefined)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    await this.#control?.[Symbol.asyncDispose]()
  }
}

/** What is wrong with the journal, for somebody whose work goes on. */
function withoutRun(error: unknown): ErrorReport {
  if (!(error instanceof DbfleetError)) throw error
  const { cause } = error
  const { hint } = cause instanceof DbfleetError ? cause : error
  return {
    code: error.code,
    message: `this run is not recorded: ${error.message}`,
    hint:
      hint ?? 'Look at `control` in the configuration; `dbfleet runs` tells when it serves again.',
  }
}
