import type { PlannedBackup } from '../../control/journal.js'
import { UsageError } from '../../errors/usage-error.js'
import type { BackupRow } from '../../report/backup-rows.js'
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
  const { members, positions, namesAt } = plan
  const changing = members.flatMap((member, index) => {
    const position = positions[index]
    const isIdle = position === undefined || 'error' in position || namesAt(position).length === 0
    return isIdle ? [] : [{ member, index }]
  })
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

/** What is known of a database that is not touched. */
function instead(row: BackupRow | undefined): SurveyResult | undefined {
  if (row?.error === undefined) return undefined
  const { message, ...rest } = row.error
  return {
    error: {
      ...rest,
      code: 'not-backed-up',
      message: `not touched, for it could not be backed up: ${message}`,
    },
  }
}
