import type { DatabaseTarget } from '../../database/database.js'
import { findLedger, type LedgerEntry, ledgerText } from '../../migrate/ledger.js'
import { locate, type Position } from '../../migrate/position.js'
import type { ErrorReport } from '../../report/error-report.js'
import type { Job, Lane } from '../../run/job.js'
import { findForeignLedger, type NotAdopted } from '../adopt/find-foreign-ledger.js'
import { onDatabase, openerOf } from './database-job.js'
import type { JobResources } from './job-resources.js'

export interface SurveyInit {
  /** Names and checksums of the repository's migrations, in name order. */
  migrations: LedgerEntry[]
  /** `inspect` for a dry run, which may not change one byte. */
  mode: 'inspect' | 'read'
  busyTimeoutMs: number
  /** Names of objects that are no part of the schema. */
  ignore: readonly string[]
}

/** A position and a key that is equal exactly where these are. */
export interface KeyedPosition extends Position {
  key: string
  /** The ledger itself, shared by all that are equal. */
  ledger: readonly LedgerEntry[]
  /** Set when another tool migrated it and its ledger was not taken over. */
  notAdopted?: NotAdopted
}

/** Where one database stands, or why that is not known. */
export type SurveyResult = KeyedPosition | { error: ErrorReport }

/** Reads ledgers. Equal ones give the same object, so that a batch of results stays small. */
export async function surveyJob(
  { migrations, mode, busyTimeoutMs, ignore }: SurveyInit,
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
          const found = await findLedger(db)
          const ledger = found ?? []
          const notAdopted = found === undefined ? await findForeignLedger(db, ignore) : undefined
          const key = notAdopted === undefined ? ledgerText(ledger) : JSON.stringify(notAdopted)
          const known: KeyedPosition = positions.get(key) ?? {
            ...locate(migrations, ledger),
            key,
            ledger,
            ...(notAdopted && { notAdopted }),
          }
          positions.set(key, known)
          return known
        },
        error => ({ error }),
      ),
  }
}
