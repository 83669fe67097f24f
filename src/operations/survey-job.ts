import type { DatabaseTarget } from '../database/database.js'
import { type LedgerEntry, readLedger } from '../migrate/ledger.js'
import { locate, type Position } from '../migrate/position.js'
import type { ErrorReport } from '../report/error-report.js'
import type { Job, Lane } from '../run/job.js'
import { onDatabase, openerOf } from './database-job.js'
import type { JobResources } from './job-resources.js'

export interface SurveyInit {
  /** Names and checksums of the repository's migrations, in name order. */
  migrations: LedgerEntry[]
  /** `inspect` for a dry run, which may not change one byte. */
  mode: 'inspect' | 'read'
  busyTimeoutMs: number
}

/** A position and a key that is equal exactly for equal ledgers. */
export interface KeyedPosition extends Position {
  key: string
  /** The ledger itself, shared by all that are equal. */
  ledger: readonly LedgerEntry[]
}

/** Where one database stands, or why that is not known. */
export type SurveyResult = KeyedPosition | { error: ErrorReport }

/** Reads ledgers. Equal ones give the same object, so that a batch of results stays small. */
export async function surveyJob(
  { migrations, mode, busyTimeoutMs }: SurveyInit,
  lane: Lane,
  resources: JobResources,
): Promise<Job<DatabaseTarget, SurveyResult>> {
  const open = await openerOf(lane, resources)
  const options = { mode, busyTimeoutMs }
  const positions = new Map<string, KeyedPosition>()
  return {
    run: target =>
      onDatabase<SurveyResult>(
        open,
        lane,
        { target, options },
        async db => {
          const ledger = await readLedger(db)
          const key = ledger.map(({ name, checksum }) => `${name} ${checksum}`).join('\n')
          const known = positions.get(key) ?? { ...locate(migrations, ledger), key, ledger }
          positions.set(key, known)
          return known
        },
        error => ({ error }),
      ),
  }
}
