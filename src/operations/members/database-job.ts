import type { Database, DatabaseTarget, EngineName, OpenOptions } from '../../database/database.js'
import { NeedsLibsqlError } from '../../database/database-error.js'
import { createOpener, type OpenDatabase } from '../../database/open-database.js'
import { type ErrorReport, reportError } from '../../report/error-report.js'
import type { Lane, Outcome } from '../../run/job.js'
import type { JobResources } from './job-resources.js'

const ENGINES: Record<Lane, EngineName> = {
  thread: 'better-sqlite3',
  process: 'libsql',
  remote: 'remote',
}

/** The engine of a lane: threads run better-sqlite3, processes libSQL. Never both in one process. */
export function engineOf(lane: Lane): EngineName {
  return ENGINES[lane]
}

/** Makes the opener of a lane. */
export function openerOf(lane: Lane, { connections }: JobResources): Promise<OpenDatabase> {
  return createOpener(engineOf(lane), connections)
}

/**
 * Opens one database, works on it and closes it; what goes wrong becomes a result. A database that
 * turns out to need libSQL is sent to the lane that has it.
 *
 * @param failure makes the result from the error
 */
export async function onDatabase<Result>(
  open: OpenDatabase,
  lane: Lane,
  { target, options }: { target: DatabaseTarget; options: OpenOptions },
  work: (db: Database) => Promise<Result>,
  failure: (report: ErrorReport, error: unknown) => Result,
): Promise<Outcome<Result>> {
  try {
    await using db = await open(target, options)
    return { result: await work(db), failed: false }
  } catch (error) {
    if (lane === 'thread' && needsLibsql(error)) return { reroute: 'process' }
    return { result: failure(reportError(error), error), failed: true }
  }
}

/** Whether an error, or what caused it, says that only libSQL's engine serves. */
export function needsLibsql(error: unknown): boolean {
  return (
    error instanceof NeedsLibsqlError ||
    (error instanceof Error && error.cause !== undefined && needsLibsql(error.cause))
  )
}
