import { byName } from '../../fleet/by-name.js'
import type { Member } from '../../fleet/member.js'
import { resolveFleet } from '../../fleet/resolve-fleet.js'
import { type Selection, selectMembers } from '../../fleet/selection.js'
import type { Source } from '../../fleet/source.js'
import type { FleetContext } from './fleet-context.js'
import { locateIn } from './locate-in.js'

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
  const named = changing ? undefined : namedOnly(sources, selection)
  if (named !== undefined) return named
  const members = await resolveFleet(sources, {
    root: config.root,
    required: true,
    wanted: selection.db ?? [],
  })
  return selectMembers(members, selection, { changing })
}

/** More are found as quickly by listing all. */
const FEW = 100

/** What a selection of a few names means where one source can tell where they are. */
function namedOnly(
  sources: readonly Source[],
  { all, db = [], except = [], shard }: Selection,
): Member[] | undefined {
  const [source, another] = sources
  const isPlain = !all && except.length === 0 && shard === undefined
  const isFew = db.length > 0 && db.length <= FEW
  if (source === undefined || another !== undefined || !isPlain || !isFew) return undefined
  const found = [...new Set(db)].map(name => locateIn(source, name))
  const members = found.filter(member => member !== undefined)
  return members.length === found.length ? members.sort(byName) : undefined
}
