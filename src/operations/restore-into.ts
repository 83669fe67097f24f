import type { StoreSpec } from '../backup/store/store.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import type { Member } from '../fleet/member.js'
import type { Migration } from '../migrate/migration.js'
import { type ErrorReport, reportError } from '../report/error-report.js'
import type { RestoreRow } from '../report/restore-rows.js'
import { crashReport } from './crash.js'
import type { FleetContext } from './fleet-context.js'
import type { RestoreFrom, RestoreInit, RestoreItem, RestoreResult } from './restore-job.js'
import type { RestoreOptions } from './restore-options.js'
import { runOnMembers } from './run-on-members.js'

export interface RunRestore {
  context: FleetContext
  options: RestoreOptions
  /** What is applied to each; empty without `up`. */
  migrations: Migration[]
}

/** A database that is to be made. */
export interface Restoration {
  member: Member
  from: RestoreFrom
}

/**
 * Makes databases on the workers.
 *
 * @param store where objects are; `null` for dumps
 * @returns what became of each, in their order
 */
export async function restoreInto(
  { context, options, migrations }: RunRestore,
  store: StoreSpec | null,
  restorations: readonly Restoration[],
): Promise<RestoreRow[]> {
  const init: RestoreInit = { store, migrations, force: options.force === true }
  const members = restorations.map(({ member }) => member)
  const results = await runOnMembers<RestoreItem, RestoreResult>(
    context,
    members,
    {
      phase: 'restore',
      spec: { name: 'restore', init },
      item: (target, index) => ({ target, from: (restorations[index] as Restoration).from }),
      crashed: message => ({ error: crashReport(message) }),
      reads: false,
    },
    options,
  )
  return members.map((member, index) => rowOf(member, results[index]))
}

/** The row of a database that was not even tried. */
export function failedRow(name: string, url: string, error: unknown): RestoreRow {
  return { name, status: 'failed', error: reportOf(error), url, rows: 0, applied: [], kept: null }
}

function reportOf(error: unknown): ErrorReport {
  if (error instanceof DbfleetError) return reportError(error)
  throw error
}

function rowOf({ name, url }: Member, result: RestoreResult | undefined): RestoreRow {
  const row = { name, url, rows: 0, applied: [], kept: null }
  if (result === undefined) return { ...row, status: 'not-run' }
  if ('error' in result) return { ...row, status: 'failed', error: result.error }
  if ('there' in result) return { ...row, status: 'skipped' }
  return { ...row, status: 'ok', kept: null, ...result }
}
