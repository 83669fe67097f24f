import type { ClaimedRow } from '../control/run-journal.js'
import type { Member } from '../fleet/member.js'
import type { LedgerEntry } from '../migrate/ledger.js'
import { crashReport } from './crash.js'
import type { FleetContext } from './fleet-context.js'
import type { MigrateInit, MigrateItem, MigrateResult } from './migrate-job.js'
import type { RunControl } from './run-control.js'
import { runOnFedMembers } from './run-on-members.js'
import type { RunWork } from './run-work.js'

/** What is to be done with a claimed database. */
export interface ClaimedWork {
  member: Member
  /** What runs there, in order. */
  names: readonly string[]
  /** What its ledger held when it was last read. */
  ledger: readonly LedgerEntry[]
}

export interface Claims {
  /** Where the claimed ones are among. */
  members: readonly Member[]
  /** How many there are to claim, for progress. */
  total: number
  find(row: ClaimedRow): ClaimedWork | undefined
}

/** Migrates the databases of a run that this process can claim, until there are no more. */
export async function runClaims(
  context: FleetContext,
  work: RunWork,
  { members, total, find }: Claims,
  verb: Omit<MigrateInit, 'busyTimeoutMs'>,
  control: RunControl,
): Promise<void> {
  if (total === 0) return
  const libsqlOnly = new Set(
    verb.migrations.filter(({ needsLibsql }) => needsLibsql).map(({ name }) => name),
  )
  const init: MigrateInit = {
    ...verb,
    busyTimeoutMs: control.busyTimeoutMs ?? context.config.busyTimeoutMs,
  }
  const taken: { row: ClaimedRow; found: ClaimedWork }[] = []
  await runOnFedMembers<MigrateItem, MigrateResult>(
    context,
    members,
    {
      phase: verb.direction,
      total,
      spec: { name: 'migrate', init },
      async next() {
        const rows = await work.next()
        return rows.map(row => {
          const found = find(row) as ClaimedWork
          return { member: found.member, index: taken.push({ row, found }) - 1 }
        })
      },
      take: (index, result) => work.take((taken[index] as (typeof taken)[number]).row, result),
      isOver: () => work.isOver(),
      item: (target, index) => {
        const { names, ledger } = (taken[index] as (typeof taken)[number]).found
        // It would only make messages to workers longer.
        return { target, names: [...names], ...('endpoint' in target && { ledger }) }
      },
      needsLibsql: index => taken[index]?.found.names.some(name => libsqlOnly.has(name)) === true,
      crashed: message => ({ done: [], error: crashReport(message) }),
      reads: false,
    },
    control,
  )
}
