import { resolve } from 'node:path'
import { isS3Url } from '../../backup/store/s3-url.js'
import type { PlannedBackup } from '../../control/journal.js'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import { UsageError } from '../../errors/usage-error.js'
import type { BackupRow } from '../../report/backup-rows.js'
import { type ErrorReport, reportError } from '../../report/error-report.js'
import { makeSet } from '../backup.js'
import type { RunControl } from '../members/run-control.js'
import type { SurveyResult } from '../members/survey-job.js'
import type { MigratePlan } from '../runs/migrate-plan.js'

export interface BackupFirstOptions {
  /** Makes a backup set of exactly the databases that are about to be changed, first. */
  backup?: boolean
  /** Where that set is made; the default is that of the configuration, `backups`. */
  out?: string
}

/**
 * Backs up the databases that a plan changes, with proof, if that is asked for. One that could not be
 * backed up is not changed: in the plan that is given back it has failed.
 *
 * @returns the plan, and the set; none when nothing is to be changed
 * @throws what `backup` throws; nothing was changed
 */
export async function backUpFirst(
  plan: MigratePlan,
  { backup = false, out, ...control }: BackupFirstOptions & RunControl,
): Promise<{ plan: MigratePlan; backup?: PlannedBackup }> {
  if (!backup && out !== undefined) {
    throw new UsageError('bad-options', '--out says where a backup goes, and none was asked for', {
      hint: 'Nothing was touched. Say --backup too, or leave out --out.',
    })
  }
  const { members, positions } = plan
  const changing = members.flatMap((member, index) =>
    isIdle(plan, positions[index]) ? [] : [{ member, index }],
  )
  if (!backup || changing.length === 0) return { plan }
  const { signal, kill, jobs, busyTimeoutMs, onProgress } = control
  const { report } = await makeSet(
    plan.context,
    changing.map(({ member }) => member),
    {
      ...(out !== undefined && { out }),
      ...(signal !== undefined && { signal }),
      ...(kill !== undefined && { kill }),
      ...(jobs !== undefined && { jobs }),
      ...(busyTimeoutMs !== undefined && { busyTimeoutMs }),
      ...(onProgress !== undefined && { onProgress }),
    },
  )
  const saved = [...positions]
  for (const [row, { index }] of changing.entries()) {
    const made = report.databases[row]
    if (made?.proven !== true) saved[index] = instead(made)
  }
  const objects = new Map(
    report.databases.flatMap(({ name, object }) => (object === null ? [] : [[name, object]])),
  )
  return { plan: { ...plan, positions: saved }, backup: { set: report.set, objects } }
}

/** How databases that join the fleet during a run are backed up, before they are changed, too. */
export function backUpNewcomers(
  options: BackupFirstOptions & RunControl,
): (plan: MigratePlan) => Promise<{ plan: MigratePlan; backup?: PlannedBackup }> {
  return async plan => {
    try {
      return await backUpFirst(plan, options)
    } catch (error) {
      // Others have been changed already, so this is no reason to end the run without a report.
      if (!(error instanceof DbfleetError)) throw error
      const failed = notBackedUp(reportError(error))
      const positions = plan.positions.map(position => (isIdle(plan, position) ? position : failed))
      return { plan: { ...plan, positions } }
    }
  }
}

/** What a run has to remember of these options, for whoever goes on with it. */
export function keptBackupOptions({ backup, out }: BackupFirstOptions): BackupFirstOptions {
  if (backup !== true) return {}
  return { backup, ...(out !== undefined && { out: isS3Url(out) ? out : resolve(out) }) }
}

function isIdle({ namesAt }: MigratePlan, position: SurveyResult | undefined): boolean {
  return position === undefined || 'error' in position || namesAt(position).length === 0
}

/** What is known of a database that is not touched. */
function instead(row: BackupRow | undefined): SurveyResult | undefined {
  return row?.error === undefined ? undefined : notBackedUp(row.error)
}

function notBackedUp({ message, ...rest }: ErrorReport): SurveyResult {
  return {
    error: {
      ...rest,
      code: 'not-backed-up',
      message: `not touched, for it could not be backed up: ${message}`,
    },
  }
}
