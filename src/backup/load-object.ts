import type { FileTarget, Snapshot } from '../database/database.js'
import type { OpenDatabase } from '../database/open-database.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { contentDigest } from './content-digest.js'
import type { Definitions } from './definitions.js'
import { describeContent } from './describe-content.js'
import { dumpCommands } from './dump-commands.js'
import { LARGE_DUMP, type ReadElsewhere } from './dump-source.js'
import { keyedDigest } from './keyed-hash.js'
import { loadImage } from './load-image.js'
import { loadIntoFile } from './load-into-file.js'
import type { StoredObject } from './manifest.js'
import type { MemoryLoader } from './memory-loader.js'
import type { ObjectKeys } from './object-keys.js'
import { isPagesDigest, pagesDigest } from './pages-digest.js'
import { readObject } from './read-object.js'
import type { Store } from './store/store.js'
import { Tally } from './tally.js'

/** An object of a set, and what is to come out of it. */
export interface ObjectToLoad {
  /** The name of its file in the store. */
  place: string
  object: StoredObject
  digest: string
  /** For an encrypted one. */
  keys?: ObjectKeys
}

/** Up to so many bytes of SQL text, an object is tried in memory. */
const SMALL = 1 << 20

/**
 * Makes a new database file of an object, and sees that it holds what the object was made of; what
 * is left when that fails is to be thrown away.
 *
 * @param definitions as in `planDump`
 * @param readElsewhere for large ones
 * @returns how many rows it has
 * @throws DbfleetError `not-proven`, and what `readObject`, `loadDump` and `loadImage` throw
 */
export async function loadObject(
  open: OpenDatabase,
  store: Store,
  item: ObjectToLoad,
  target: FileTarget,
  definitions?: Definitions,
  readElsewhere?: ReadElsewhere,
): Promise<number> {
  if (item.object.format === 'image') return loadImageObject(open, store, item, target, definitions)
  const { pieces, opened, compare } = comparing(store, item, definitions)
  const isLarge = item.object.rawBytes >= LARGE_DUMP
  const commands =
    isLarge && readElsewhere !== undefined
      ? readElsewhere({ store: store.spec, ...item }, opened)
      : dumpCommands(pieces)
  return loadIntoFile(
    open,
    target,
    commands,
    async db => {
      await using snapshot = await db.snapshot()
      await compare(snapshot)
    },
    { many: isLarge },
  )
}

/**
 * Sees that a small object can be restored, without a file.
 *
 * @returns false when only a file can be made of it; nothing was found out then
 * @throws what `loadObject` throws
 */
export async function tryInMemory(
  memory: MemoryLoader,
  store: Store,
  item: ObjectToLoad,
  name: string,
  definitions?: Definitions,
): Promise<boolean> {
  if (item.object.format === 'image' || item.object.rawBytes > SMALL) return false
  const { pieces, compare } = comparing(store, item, definitions)
  return memory.load(name, pieces, compare)
}

async function loadImageObject(
  open: OpenDatabase,
  store: Store,
  { place, object, digest, keys }: ObjectToLoad,
  target: FileTarget,
  definitions: Definitions | undefined,
): Promise<number> {
  let fileKey: Uint8Array | undefined
  const opened = (key: Uint8Array) => {
    fileKey = key
  }
  const raw = new Tally()
  const pieces = raw.of(readObject(store, place, object, { ...keys, opened }))
  return loadImage(open, target, object, pieces, async db => {
    await using snapshot = await db.snapshot()
    const content = await describeContent(snapshot, definitions)
    const found = isPagesDigest(digest) ? pagesDigest(raw.sha256()) : content.digest
    if (found === undefined || keyedDigest(found, fileKey) !== digest) throw differs(object)
    return content.tables.reduce((total, { rows }) => total + rows, 0)
  })
}

/** The text of an object, and what sees that a database that was made of it holds the same. */
function comparing(
  store: Store,
  { place, object, digest, keys }: ObjectToLoad,
  definitions: Definitions | undefined,
) {
  let fileKey: Uint8Array | undefined
  const opened = (key: Uint8Array) => {
    fileKey = key
  }
  return {
    opened,
    pieces: readObject(store, place, object, { ...keys, opened }),
    async compare(snapshot: Snapshot): Promise<void> {
      const found = keyedDigest(await contentDigest(snapshot, definitions), fileKey)
      if (found !== digest) throw differs(object)
    },
  }
}

function differs({ file }: StoredObject): DbfleetError {
  return new DbfleetError(
    'not-proven',
    `what is restored from ${file} is not what the database held`,
    {
      hint: 'Do not rely on it. Keep a copy of the database itself, and please report this with its schema.',
    },
  )
}
