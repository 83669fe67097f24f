import type { Database, FileTarget } from '../database/database.js'
import type { OpenDatabase } from '../database/open-database.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { contentDigest } from './content-digest.js'
import type { Definitions } from './definitions.js'
import { loadIntoFile, loadIntoMemory } from './load-into-file.js'
import type { StoredObject } from './manifest.js'
import { readObject } from './read-object.js'
import type { Store } from './store/store.js'

/** An object of a set, and what is to come out of it. */
export interface ObjectToLoad {
  /** The name of its file in the store. */
  place: string
  object: StoredObject
  digest: string
}

/** Up to so many bytes of SQL text, an object is tried in memory. */
const SMALL = 1 << 20

/**
 * Makes a new database file of an object, and sees that it holds what the object was made of; what
 * is left when that fails is to be thrown away.
 *
 * @param definitions as in `planDump`
 * @returns how many rows were inserted
 * @throws DbfleetError `not-proven`, and what `readObject` and `loadDump` throw
 */
export function loadObject(
  open: OpenDatabase,
  store: Store,
  item: ObjectToLoad,
  target: FileTarget,
  definitions?: Definitions,
): Promise<number> {
  const { place, object } = item
  return loadIntoFile(open, target, readObject(store, place, object), db =>
    compare(db, item, definitions),
  )
}

/**
 * Sees that an object can be restored: in memory, or in a new file, which is to be thrown away.
 *
 * @throws what `loadObject` throws
 */
export async function tryObject(
  open: OpenDatabase,
  store: Store,
  item: ObjectToLoad,
  scratch: FileTarget,
  definitions?: Definitions,
): Promise<void> {
  const { place, object } = item
  if (object.rawBytes <= SMALL) {
    const look = (db: Database) => compare(db, item, definitions)
    const pieces = readObject(store, place, object)
    if (await loadIntoMemory(open, scratch.name, pieces, look)) return
  }
  await loadObject(open, store, item, scratch, definitions)
}

async function compare(
  db: Database,
  { object, digest }: ObjectToLoad,
  definitions: Definitions | undefined,
): Promise<void> {
  await using snapshot = await db.snapshot()
  if ((await contentDigest(snapshot, definitions)) !== digest) throw differs(object)
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
