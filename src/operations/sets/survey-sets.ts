import type { Manifest } from '../../backup/manifest.js'
import { MANIFEST, PRUNED, STARTED } from '../../backup/manifest.js'
import { objectPlace } from '../../backup/object-place.js'
import { readManifest } from '../../backup/read-manifest.js'
import { stateOfMaker } from '../../backup/set-maker.js'
import { hasSetName } from '../../backup/set-order.js'
import type { Store, StoredFile } from '../../backup/store/store.js'
import type { UnfinishedRow } from '../../report/prune-report.js'

/** A backup set, and what it refers to. */
export interface KnownSet {
  set: string
  startedAt: string
  /** Those that are in it. */
  copies: Copy[]
}

interface Copy {
  /** Name and URL, since fleets may share a place. */
  database: string
  name: string
  proven: boolean
  /** The name of the object in the store. */
  place: string
  storedBytes: number
}

export interface UnfinishedSet extends Omit<UnfinishedRow, 'removed'> {}

/** Everything of ours in a store. */
export interface SetSurvey {
  sets: KnownSet[]
  unfinished: UnfinishedSet[]
  /** Directories of pruned sets that hold objects of other sets, or of nobody. */
  remainders: string[]
  /** The files of all of these, by the name of their directory. */
  files: Map<string, StoredFile[]>
}

const WEEK_MS = 7 * 24 * 60 * 60 * 1000

/**
 * Reads every manifest of a store, and lists the files of what is ours. What is not, such as other
 * directories in /tmp, is not looked into.
 *
 * @param known sets that were read before; their manifests never change
 * @throws UsageError when a manifest cannot be believed: then nobody knows which objects are in use
 */
export async function surveySets(
  store: Store,
  known: readonly KnownSet[] = [],
): Promise<SetSurvey> {
  const survey: SetSurvey = { sets: [], unfinished: [], remainders: [], files: new Map() }
  const readBefore = new Map(known.map(each => [each.set, each]))
  const same = new Map<string, string>()
  for (const set of await store.names()) {
    if (set.startsWith('.')) continue
    const isNamed = hasSetName(set)
    const started = await readSmall(store, `${set}/${STARTED}`, isNamed)
    const isPruned = (await readSmall(store, `${set}/${PRUNED}`, isNamed)) !== undefined
    // Before the look for a manifest: a backup that ends between the two has made one.
    const maker = started === undefined ? undefined : parsed(started)
    const state = stateOfMaker(maker)
    const isOurs = started !== undefined || isPruned || isNamed
    const look = () => knownSet(store, set, isOurs, same)
    let found = readBefore.get(set) ?? (await look())
    if (found === undefined && started === undefined && !isPruned) continue
    const files: StoredFile[] = []
    for await (const file of store.list(set)) files.push(file)
    survey.files.set(set, files)
    if (files.some(({ name }) => name === `${set}/${MANIFEST}`)) found ??= await look()
    if (found !== undefined) survey.sets.push(found)
    else if (isPruned) survey.remainders.push(set)
    else survey.unfinished.push({ set, host: hostOf(maker), state })
  }
  const newest = newestOf([...survey.files.values()].flat())
  for (const each of survey.unfinished) {
    const age = newest - newestOf(survey.files.get(each.set) ?? [])
    if (each.state === 'unknown' && age > WEEK_MS) each.state = 'abandoned'
  }
  return survey
}

function hostOf(maker: unknown): string | null {
  const host = (maker as { host?: unknown } | null | undefined)?.host
  return typeof host === 'string' ? host : null
}

/** By the store's own clock, whatever that shows. */
function newestOf(files: readonly StoredFile[]): number {
  return files.reduce((newest, { changedAt }) => Math.max(newest, changedAt), 0)
}

/** `undefined` when there is no manifest, or one of somebody else. */
async function knownSet(
  store: Store,
  set: string,
  isOurs: boolean,
  same: Map<string, string>,
): Promise<KnownSet | undefined> {
  try {
    const { startedAt, databases } = await readManifest(store, set)
    return { set, startedAt, copies: copiesOf(set, databases, same) }
  } catch (error) {
    if ((error as { code?: unknown }).code === 'set-unfinished' || !isOurs) return undefined
    throw error
  }
}

/** Sets are many and hold the same names: each text is kept once. */
function copiesOf(
  set: string,
  databases: Manifest['databases'],
  same: Map<string, string>,
): Copy[] {
  const once = (text: string): string => {
    const kept = same.get(text)
    if (kept === undefined) same.set(text, text)
    return kept ?? text
  }
  return databases.flatMap(({ name, url, proven, object }): Copy[] => {
    if (object === undefined) return []
    const { storedBytes } = object
    const place = once(objectPlace(set, object))
    return [{ database: once(`${name}\n${url}`), name: once(name), proven, place, storedBytes }]
  })
}

const LARGEST = 10_000

/** The text of a small file; `undefined` when there is none. */
async function readSmall(store: Store, file: string, isOurs: boolean): Promise<string | undefined> {
  let text = ''
  try {
    for await (const piece of store.read(file)) {
      text += Buffer.from(piece).toString('utf8')
      if (text.length > LARGEST) break
    }
    return text
  } catch (error) {
    const { code } = error as { code?: unknown }
    // Somebody else's directory may not even let us look.
    if (code === 'object-missing' || (code === 'object-unreadable' && !isOurs)) return undefined
    throw error
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
