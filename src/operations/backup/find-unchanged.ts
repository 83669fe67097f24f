import type { Manifest, ManifestEntry, StoredObject } from '../../backup/manifest.js'
import { readManifest } from '../../backup/read-manifest.js'
import { newestFirst } from '../../backup/set-order.js'
import type { Store } from '../../backup/store/store.js'
import type { Member } from '../../fleet/member.js'

/** A set of some databases only, or of a wrong clock, is passed over; but not for ever. */
const MOST_SETS = 8

interface Search {
  store: Store
  /** The set that is being made; it is claimed already, so that no prune removes what is found. */
  set: string
  /** The only one to look at; without it, the newest. */
  since?: string
  /** What the member's file has now. */
  stampOf(member: Member): string | undefined
  /** Who is to open the objects; whoever opens the old ones has to be the same. */
  recipients: readonly string[]
  /** Whether the object that an entry has is one that would be made now. */
  serves(entry: ManifestEntry, object: StoredObject): boolean
}

/**
 * What earlier sets of a place hold of files that nobody wrote to since. Each entry names the set that
 * has its object, even if the one it was found in only referred to it.
 *
 * @throws UsageError what `readManifest` throws, for the set that was named
 */
export async function findUnchanged(
  members: readonly Member[],
  { store, set: own, since, stampOf, recipients, serves }: Search,
): Promise<Map<Member, ManifestEntry>> {
  const found = new Map<Member, ManifestEntry>()
  let sought = members.filter(member => stampOf(member) !== undefined)
  const names = since === undefined ? newestFirst(await store.names(), Date.now()) : [since]
  let read = 0
  for (const set of names) {
    if (sought.length === 0 || read === MOST_SETS) break
    if (set === own) continue
    const manifest = await manifestOf(store, set, since !== undefined)
    if (manifest === undefined) continue
    read += 1
    if (!isSame(manifest.encryption?.recipients ?? [], recipients)) continue
    const entries = new Map(manifest.databases.map(entry => [entry.name, entry]))
    sought = sought.filter(member => {
      const entry = entries.get(member.name)
      // Another fleet may keep its sets here, too.
      if (entry?.status !== 'ok' || entry.url !== member.url) return true
      if (entry.object === undefined) return true
      // Whoever wrote to it after this set did so after all earlier ones.
      if (entry.stamp !== stampOf(member)) return false
      if (!serves(entry, entry.object)) return true
      found.set(member, { ...entry, object: { set, ...entry.object } })
      return false
    })
  }
  return found
}

/** `undefined` for what is no sound set, which costs no more than time. */
async function manifestOf(
  store: Store,
  set: string,
  isNamed: boolean,
): Promise<Manifest | undefined> {
  try {
    return await readManifest(store, set)
  } catch (error) {
    if (isNamed) throw error
    return undefined
  }
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  const some = new Set(a)
  return some.size === new Set(b).size && b.every(each => some.has(each))
}
