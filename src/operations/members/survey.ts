import type { Member } from '../../fleet/member.js'
import type { Migration } from '../../migrate/migration.js'
import { crashReport } from './crash.js'
import type { FleetContext } from './fleet-context.js'
import type { RunControl } from './run-control.js'
import { runOnMembers } from './run-on-members.js'
import type { KeyedPosition, SurveyInit, SurveyResult } from './survey-job.js'

/**
 * Reads the ledger of each member. Members at the same position share one object.
 *
 * @returns in the order of the members; `undefined` where the run was ended before
 */
export async function survey(
  context: FleetContext,
  members: readonly Member[],
  migrations: readonly Migration[],
  { mode, ...control }: RunControl & { mode: SurveyInit['mode'] },
): Promise<(SurveyResult | undefined)[]> {
  const init: SurveyInit = {
    migrations: migrations.map(({ name, checksum }) => ({ name, checksum })),
    mode,
    busyTimeoutMs: control.busyTimeoutMs ?? context.config.busyTimeoutMs,
    ignore: context.config.check?.ignore ?? [],
  }
  const shared = new Map<string, KeyedPosition>()
  const sharedFor = (result: SurveyResult): SurveyResult => {
    if ('error' in result) return result
    const known = shared.get(result.key) ?? result
    shared.set(result.key, known)
    return known
  }
  return runOnMembers<unknown, SurveyResult>(
    context,
    members,
    {
      phase: 'reading',
      spec: { name: 'survey', init },
      item: target => target,
      crashed: message => ({ error: crashReport(message) }),
      reads: true,
      // At once, so that the copies from the workers do not pile up.
      deliver: async (_index, result) => sharedFor(result),
    },
    control,
  )
}
