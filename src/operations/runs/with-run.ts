import { setTimeout as sleep } from 'node:timers/promises'
import { thisMaker } from '../../backup/set-maker.js'
import type { Control } from '../../control/control-database.js'
import type { Journal } from '../../control/journal.js'
import { LoneRun } from '../../control/lone-run.js'
import { type JournalOptions, type NewRun, RunJournal } from '../../control/run-journal.js'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import { UsageError } from '../../errors/usage-error.js'
import type { ErrorReport } from '../../report/error-report.js'
import type { DatabaseResult, FleetReport, Recorded } from '../../report/fleet-report.js'
import type { RunOutcome } from '../../report/run-rows.js'
import type { FleetContext } from '../members/fleet-context.js'
import { isGone } from './is-gone.js'
import { openControlOf } from './open-control.js'

/** A report whose run may be in the journal. */
interface RunReport extends FleetReport<DatabaseResult & { position?: string | null }>, Recorded {}

/** Waits before the end of a run is written again, when the control database did not serve. */
const PAUSES_MS = [200, 1_000, 3_000]

/**
 * Does something as a run of the journal: it is recorded when it begins and when it ends.
 *
 * @param isRecorded false for what leaves no trace
 * @throws UsageError when the control database cannot be opened; nothing was touched
 */
export async function withRun<Report extends RunReport>(
  context: FleetContext,
  run: NewRun,
  work: (journal: Journal) => Promise<Report>,
  { isRecorded = true }: { isRecorded?: boolean } = {},
): Promise<Report> {
  await using control = isRecorded ? await openControlOf(context) : undefined
  if (control === undefined) return work(new LoneRun())
  const journal = await RunJournal.begin(control, run, journalOptions(context)).catch(refuseRun)
  return await within(journal, work)
}

/** Likewise, for a run that was begun already. */
export async function withinRun<Report extends RunReport>(
  { config }: Pick<FleetContext, 'config'>,
  control: Control,
  id: number,
  work: (journal: RunJournal) => Promise<Report>,
): Promise<Report> {
  return within(await RunJournal.join(control, id, journalOptions({ config })), work)
}

/** How this process is known to those who read the journal. */
export function journalOptions({ config }: Pick<FleetContext, 'config'>): JournalOptions {
  return { leaseMs: config.leaseMs, process: JSON.stringify(thisMaker()), isGone }
}

/** Nothing is touched by a run that could not begin. */
function refuseRun(error: unknown): never {
  if (!(error instanceof DbfleetError) || error instanceof UsageError) throw error
  throw new UsageError(error.code, error.message, {
    hint: `Nothing was touched. ${error.hint ?? ''}`.trim(),
    cause: error,
  })
}

async function within<J extends Journal, Report extends RunReport>(
  journal: J,
  work: (journal: J) => Promise<Report>,
): Promise<Report> {
  let report: Report
  try {
    report = await work(journal)
  } catch (error) {
    await journal.leave('failed').catch(() => undefined)
    throw error
  }
  const { databases, stopped } = report
  const positions = databases.flatMap(({ name, status, position }) =>
    status === 'ok' && position !== undefined ? [[name, position] as const] : [],
  )
  const unwritten = await untilItServes(async () => {
    await journal.see(positions)
    await journal.leave(outcomeOf(report), stopped)
  })
  const told = stopped ?? unwritten
  return {
    ...report,
    ...(journal.id !== undefined && { run: journal.id }),
    ...(told !== undefined && { stopped: told }),
  }
}

/** What the journal says of a run that has come to this. */
export function outcomeOf({
  interrupted,
  stopped,
  summary,
}: Partial<Pick<RunReport, 'interrupted' | 'stopped' | 'summary'>>): RunOutcome {
  if (interrupted) return 'interrupted'
  if (stopped !== undefined) return 'stopped'
  return summary !== undefined && summary.failed + summary.notRun > 0 ? 'failed' : 'done'
}

/** @returns what is to be said when it does not; nothing when it was written */
export async function untilItServes(write: () => Promise<void>): Promise<ErrorReport | undefined> {
  for (const pause of [...PAUSES_MS, undefined]) {
    try {
      await write()
      return undefined
    } catch (error) {
      if (!(error instanceof Error)) throw error
      if (pause === undefined) {
        return {
          code: 'control-failed',
          message: `the end of the run could not be recorded: ${error.message}`,
          hint: 'What was done stands in the ledgers of the databases; `dbfleet status` shows it.',
        }
      }
      await sleep(pause)
    }
  }
}
