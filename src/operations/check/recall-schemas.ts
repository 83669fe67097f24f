import type { Member } from '../../fleet/member.js'
import type { FleetContext } from '../members/fleet-context.js'
import type { RunControl } from '../members/run-control.js'
import type { KnownSchema, SchemaInit } from '../schemas/schema-job.js'
import { SchemaMemory } from './schema-memory.js'

/**
 * Reads schema and ledger of each member that somebody wrote to since it was last read, and recalls
 * those of the others.
 *
 * @returns in the order of the members; `undefined` where the run was ended before
 */
export async function recallSchemas(
  context: FleetContext,
  members: readonly Member[],
  control: RunControl & Pick<SchemaInit, 'mode'>,
): Promise<(KnownSchema | undefined)[]> {
  const memory = new SchemaMemory(context.config.root)
  const schemas: (KnownSchema | undefined)[] = memory.recall(members)
  if (!schemas.includes(undefined)) return schemas
  const unknown = [...members.entries()].filter(([index]) => schemas[index] === undefined)
  // Loaded here, with workers and engines, since a second check needs none of it.
  const { readSchemas } = await import('../schemas/read-schemas.js')
  const read = await readSchemas(
    context,
    unknown.map(([, member]) => member),
    control,
  )
  for (const [i, [index, member]] of unknown.entries()) {
    const known = read[i]
    schemas[index] = known
    if (known !== undefined && 'key' in known) memory.remember(member, known)
  }
  memory.save()
  return schemas
}
