import type { DatabaseTarget } from '../../database/database.js'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import { UsageError } from '../../errors/usage-error.js'
import type { Fence } from '../../migrate/guard.js'
import type { LedgerEntry } from '../../migrate/ledger.js'
import type { Migration } from '../../migrate/migration.js'
import { Migrator } from '../../migrate/migrator.js'
import { PartialError } from '../../migrate/partial-error.js'
import { locate } from '../../migrate/position.js'
import type { TransactionMode } from '../../migrate/steps.js'
import type { ErrorReport } from '../../report/error-report.js'
import type { Job, Lane } from '../../run/job.js'
import { version } from '../../version.js'
import { onDatabase, openerOf } from '../members/database-job.js'
import type { JobResources } from '../members/job-resources.js'
import { monotonic } from './monotonic.js'
import { refusals } from './refusal.js'

export interface MigrateInit {
  direction: 'up' | 'down' | 'redo'
  /** All migrations of the repository, in name order. */
  migrations: Migration[]
  mode: TransactionMode
  allowOutOfOrder: boolean
  busyTimeoutMs: number
}

/** One database and the names to run on it, in the order they run. */
export interface MigrateItem {
  target: DatabaseTarget
  names: string[]
  /** What its ledger holds, for a database on a server. */
  ledger?: readonly LedgerEntry[]
  /** Until when it may be written to, on the clock of `monotonic`. */
  leaseUntil: number
  /** With `down`: newer ones that stay. */
  above?: readonly string[]
  /** With a shared control database. */
  fence?: Fence
}

/** What was committed, and why it went no further. */
export interface MigrateResult {
  done: string[]
  error?: ErrorReport
  /** How long it took, waiting for locks and servers included. */
  ms?: number
}

/** Applies, reverts or redoes migrations. */
export async function migrateJob(
  { direction, migrations, mode, allowOutOfOrder, busyTimeoutMs }: MigrateInit,
  lane: Lane,
  resources: JobResources,
): Promise<Job<MigrateItem, MigrateResult>> {
  const open = await openerOf(lane, resources)
  const migrator = new Migrator(migrations, version)
  const options = { mode: 'write' as const, busyTimeoutMs }

  /** The ledger may have changed since it was surveyed; under the write lock it cannot any more. */
  const verify = (ledger: readonly LedgerEntry[]) => {
    const [reason] = refusals(locate(migrations, ledger), { allowOutOfOrder })
    if (reason !== undefined) throw new UsageError(reason.code, reason.message)
  }
  return {
    async run({ target, names, ledger, leaseUntil, above, fence }) {
      const lease = { expectValid: () => expectValid(leaseUntil), fence }
      const began = performance.now()
      const outcome = await onDatabase<MigrateResult>(
        open,
        lane,
        { target, options },
        async db => {
          const known = { lease, ...(ledger && { ledger }) }
          if (direction === 'up') {
            return { done: await migrator.up(db, names, { mode, verify, ...known }) }
          }
          if (direction === 'down') {
            const kept = above && { above }
            return { done: await migrator.down(db, names, { mode, ...known, ...kept }) }
          }
          return { done: await migrator.redo(db, names[0] as string, known) }
        },
        (error, thrown) => ({ done: thrown instanceof PartialError ? thrown.done : [], error }),
      )
      const hasEnded =
        'result' in outcome &&
        outcome.result.error?.code === LEASE_ENDED &&
        outcome.result.done.length === 0
      // It waited for long behind another one; whoever handed it out knows whether it still may.
      if (hasEnded) return { reroute: lane }
      if ('result' in outcome) outcome.result.ms = performance.now() - began
      return outcome
    },
  }
}

const LEASE_ENDED = 'lease-ended'

function expectValid(until: number): void {
  if (monotonic() < until) return
  throw new DbfleetError(LEASE_ENDED, 'the time is over for which nobody else could change it', {
    hint: 'Nothing more was written. Run the same command again.',
  })
}
