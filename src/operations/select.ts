import type { Member } from '../fleet/member.js'
import { resolveFleet } from '../fleet/resolve-fleet.js'
import { type Selection, selectMembers } from '../fleet/selection.js'
import type { FleetContext } from './fleet-context.js'

/**
 * The members that a verb acts on, sorted by name.
 *
 * @throws UsageError when the fleet or the selection is not sound
 */
export async function select(
  { config, sources }: FleetContext,
  selection: Selection,
  { changing }: { changing: boolean },
): Promise<Member[]> {
  const members = await resolveFleet(sources, {
    root: config.root,
    required: true,
    wanted: selection.db ?? [],
  })
  return selectMembers(members, selection, { changing })
}
