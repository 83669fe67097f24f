import type { ClaimedRow } from '../../control/journal.js'
import type { Member } from '../../fleet/member.js'
import type { LedgerEntry } from '../../migrate/ledger.js'
import type { KeptExecutors } from '../../run/kept-executors.js'
import { crashReport } from '../members/crash.js'
import type { FleetContext } from '../members/fleet-context.js'
import type { RunControl } from '../members/run-control.js'
import { runOnFedMembers } from '../members/run-on-members.js'
import type { MigrateInit, MigrateItem, MigrateResult } from './migrate-job.js'
import { isShared } from './open-control.js'
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
  /** Threads that are used again for other claims of the run, of the same verb and migrations. */
  kept?: KeptExecutors
}

interface Taken {
  row: ClaimedRow
  found: ClaimedWork
}

/** Migrates the databases of a run that this process can claim, until there are no more. */
export async function runClaims(
  context: FleetContext,
  work: RunWork,
  { members, total, find, kept }: Claims,
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
  const isFenced = isShared(context)
  const taken: Taken[] = []
  await runOnFedMembers<MigrateItem, MigrateResult>(
    context,
    members,
    {
      phase: verb.direction,
      total,
      spec: { name: 'migrate', init },
      ...(kept !== undefined && { kept }),
      async next() {
        for (;;) {
          const rows = await work.next()
          const first = taken.length
          for (const row of rows) {
            const found = find(row)
            if (found !== undefined) taken.push({ row, found })
          }
          const fresh = taken.slice(first)
          const unknown = rows.filter(row => find(row) === undefined)
          if (unknown.length > 0) await work.passOver(unknown, fresh.length)
          if (fresh.length > 0 || rows.length === 0) {
            return fresh.map(({ found }, i) => ({ member: found.member, index: first + i }))
          }
        }
      },
      async take(index, result) {
        const { row, found } = taken[index] as Taken
        await work.take(row, found.names, result)
      },
      isOver: () => work.isOver(),
      haltOnFailure: work.hasBudget,
      item: (target, index) => {
        const { row, found } = taken[index] as Taken
        return {
          target,
          names: [...found.names],
          // It would only make messages to workers longer.
          ...('endpoint' in target && { ledger: found.ledger }),
          ...(verb.direction === 'down' && aboveOf(found)),
          // The lease is renewed while it waits for its turn.
          get leaseUntil() {
            return work.deadline
          },
          ...(isFenced && { fence: { value: row.fence, holder: work.holder } }),
        }
      },
      needsLibsql: index => taken[index]?.found.names.some(name => libsqlOnly.has(name)) === true,
      crashed: message => ({ done: [], error: crashReport(message) }),
      reads: false,
    },
    control,
  )
}

/** What sorts after what is reverted, and stays: the run that is undone had put that beneath it. */
function aboveOf({ names, ledger }: ClaimedWork): Pick<MigrateItem, 'above'> {
  const oldest = names.at(-1) ?? ''
  const reverted = new Set(names)
  const above = ledger.flatMap(({ name }) => (name > oldest && !reverted.has(name) ? [name] : []))
  return above.length === 0 ? {} : { above }
}
