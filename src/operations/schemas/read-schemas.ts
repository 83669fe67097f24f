import type { Member } from '../../fleet/member.js'
import { crashReport } from '../members/crash.js'
import type { FleetContext } from '../members/fleet-context.js'
import type { RunControl } from '../members/run-control.js'
import { runOnMembers } from '../members/run-on-members.js'
import type { KnownSchema, SchemaInit, SchemaReading } from './schema-job.js'

/**
 * Reads schema and ledger of each member, on the workers.
 *
 * @returns in the order of the members; `undefined` where the run was ended before
 */
export async function readSchemas(
  context: FleetContext,
  members: readonly Member[],
  { mode, foreign, ...control }: RunControl & Pick<SchemaInit, 'mode' | 'foreign'>,
): Promise<(KnownSchema | undefined)[]> {
  const init: SchemaInit = {
    mode,
    busyTimeoutMs: control.busyTimeoutMs ?? context.config.busyTimeoutMs,
    ...(foreign && { foreign }),
  }
  const shared = new Map<string, KnownSchema>()
  const sharedFor = (reading: SchemaReading): SchemaReading => {
    if ('error' in reading) return reading
    const { key, engine, text } = reading
    const id = `${engine} ${key}`
    const known = shared.get(id)
    if (known !== undefined) return known
    if (text !== undefined) shared.set(id, { key, engine, text })
    return shared.get(id) ?? reading
  }
  const readings = await runOnMembers<unknown, SchemaReading>(
    context,
    members,
    {
      phase: 'reading',
      spec: { name: 'schema', init },
      item: target => target,
      crashed: message => ({ error: crashReport(message) }),
      reads: true,
      // At once, so that the copies from the workers do not pile up.
      deliver: async (_index, reading) => sharedFor(reading),
    },
    control,
  )
  return readings.map(reading => {
    if (reading === undefined || 'error' in reading) return reading
    return sharedFor(reading) as KnownSchema
  })
}
