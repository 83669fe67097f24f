import type { Member } from '../../fleet/member.js'
import { crashReport } from '../members/crash.js'
import type { FleetContext } from '../members/fleet-context.js'
import type { RunControl } from '../members/run-control.js'
import { runOnMembers } from '../members/run-on-members.js'
import type { MeasureInit, MeasureResult, Measures } from './measure-job.js'

/** A member that migrations are pending on. */
export interface Behind {
  member: Member
  /** Their names, in order. */
  pending: string[]
  /** Equal where schema and ledger are. */
  group: string
}

/** How large it is; `undefined` where that could not be read. */
export interface Measured extends Behind {
  measures: Measures | undefined
}

/** Finds out how large members are, and some of their tables. */
export async function measure(
  context: FleetContext,
  behind: readonly Behind[],
  { tables, ...control }: RunControl & { tables: string[] },
): Promise<Measured[]> {
  const init: MeasureInit = {
    tables,
    busyTimeoutMs: control.busyTimeoutMs ?? context.config.busyTimeoutMs,
  }
  const results = await runOnMembers<unknown, MeasureResult>(
    context,
    behind.map(({ member }) => member),
    {
      phase: 'measuring',
      spec: { name: 'measure', init },
      item: target => target,
      crashed: message => ({ error: crashReport(message) }),
      reads: true,
    },
    control,
  )
  return behind.map((entry, index) => {
    const result = results[index]
    const measures = result === undefined || 'error' in result ? undefined : result
    return { ...entry, measures }
  })
}
