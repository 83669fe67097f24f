import type { BatchStatement, DatabaseTarget } from '../../database/database.js'
import type { LedgerEntry } from '../../migrate/ledger.js'
import { recordAdopted } from '../../migrate/record-adopted.js'
import type { ErrorReport } from '../../report/error-report.js'
import type { Job, Lane } from '../../run/job.js'
import { version } from '../../version.js'
import { onDatabase, openerOf } from '../members/database-job.js'
import type { JobResources } from '../members/job-resources.js'

/** What is written to all databases that are alike. */
export interface AdoptPlan {
  entries: LedgerEntry[]
  /** Fail when the database is not like the others any more. */
  guards: BatchStatement[]
}

export interface AdoptInit {
  plans: AdoptPlan[]
  busyTimeoutMs: number
}

export interface AdoptItem {
  target: DatabaseTarget
  /** Which of the plans. */
  plan: number
}

/** Empty when the ledger was written. */
export interface AdoptResult {
  error?: ErrorReport
}

/** Writes ledgers of adopted databases. */
export async function adoptJob(
  { plans, busyTimeoutMs }: AdoptInit,
  lane: Lane,
  resources: JobResources,
): Promise<Job<AdoptItem, AdoptResult>> {
  const open = await openerOf(lane, resources)
  const options = { mode: 'write' as const, busyTimeoutMs }
  return {
    run: ({ target, plan }) =>
      onDatabase<AdoptResult>(
        open,
        lane,
        { target, options },
        async db => {
          const { entries = [], guards = [] } = plans[plan] ?? {}
          await recordAdopted(db, { entries, guards, version })
          return {}
        },
        error => ({ error }),
      ),
  }
}
