import type { Member } from '../../fleet/member.js'
import { crashReport } from '../members/crash.js'
import type { FleetContext } from '../members/fleet-context.js'
import type { RunControl } from '../members/run-control.js'
import { runOnMembers } from '../members/run-on-members.js'
import type { KnownSchema, SchemaInit, SchemaReading, SchemaText } from './schema-job.js'

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
  const readings = await runOnMembers<unknown, SchemaReading>(
    context,
    members,
    {
      phase: 'reading',
      spec: { name: 'schema', init },
      item: target => target,
      crashed: message => ({ error: crashReport(message) }),
      reads: true,
    },
    control,
  )
  const texts = new Map<string, SchemaText>()
  for (const reading of readings) {
    if (reading !== undefined && 'key' in reading && reading.text !== undefined) {
      texts.set(reading.key, reading.text)
    }
  }
  return readings.map(reading => {
    if (reading === undefined || 'error' in reading) return reading
    const { key, engine } = reading
    return { key, engine, text: texts.get(key) as SchemaText }
  })
}
