import type { Manifest, ManifestEntry } from '../../backup/manifest.js'
import { objectPlace } from '../../backup/object-place.js'
import { readManifest } from '../../backup/read-manifest.js'
import { hasSetName, newestFirst } from '../../backup/set-order.js'
import type { Store } from '../../backup/store/store.js'
import type { Member } from '../../fleet/member.js'

/** A proven copy of a database. */
export interface NewestCopy {
  set: string
  /** Milliseconds since 1970. */
  takenAt: number
}

export interface NewestCopies {
  /** By the names of databases; those without a proven copy are not in it. */
  copies: Map<string, NewestCopy>
  /** Sets that cannot be read, and why. */
  unreadable: { set: string; message: string }[]
}

/**
 * The newest proven copy of each member. Sets are read from the newest on, until every member has one. A
 * copy whose file is not there as the manifest describes it is none.
 */
export async function newestCopies(
  store: Store,
  members: readonly Member[],
): Promise<NewestCopies> {
  const copies = new Map<string, NewestCopy>()
  const unreadable: NewestCopies['unreadable'] = []
  const files = new FileSizes(store)
  let sought = new Map(members.map(({ name, url }) => [name, url]))
  for (const set of await setsOf(store)) {
    if (sought.size === 0) break
    const manifest = await manifestOf(store, set, unreadable)
    if (manifest === undefined) continue
    const left = new Map(sought)
    for (const entry of manifest.databases) {
      // Fleets may share a place.
      if (sought.get(entry.name) !== entry.url || !entry.proven) continue
      if (!(await files.has(set, entry))) continue
      const takenAt = Date.parse(entry.snapshotAt ?? manifest.startedAt)
      copies.set(entry.name, { set, takenAt })
      left.delete(entry.name)
    }
    sought = left
  }
  return { copies, unreadable }
}

/** Those that somebody gave another name come last: nothing says how old they are. */
async function setsOf(store: Store): Promise<string[]> {
  const names = await store.names()
  const renamed = names.filter(name => !name.startsWith('.') && !hasSetName(name))
  return [...newestFirst(names, Date.now()), ...renamed]
}

/** `undefined` for what is no backup set, or cannot be believed. */
async function manifestOf(
  store: Store,
  set: string,
  unreadable: NewestCopies['unreadable'],
): Promise<Manifest | undefined> {
  try {
    return await readManifest(store, set)
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string }
    if (code !== 'set-unfinished' && hasSetName(set)) unreadable.push({ set, message })
    return undefined
  }
}

/** The files of sets, each set listed once. */
class FileSizes {
  readonly #store: Store
  readonly #sets = new Map<string, Map<string, number>>()

  constructor(store: Store) {
    this.#store = store
  }

  async has(set: string, { object }: ManifestEntry): Promise<boolean> {
    if (object === undefined) return false
    const holder = object.set ?? set
    const known = this.#sets.get(holder) ?? (await this.#list(holder))
    return known.get(objectPlace(set, object)) === object.storedBytes
  }

  async #list(set: string): Promise<Map<string, number>> {
    const sizes = new Map<string, number>()
    for await (const { name, bytes } of this.#store.list(set)) sizes.set(name, bytes)
    this.#sets.set(set, sizes)
    return sizes
  }
}
