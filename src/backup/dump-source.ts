import type { PlacedCommand } from './dump-commands.js'
import type { StoredObject } from './manifest.js'
import type { ObjectKeys } from './object-keys.js'
import { type DumpFile, openDump } from './open-dump.js'
import { readObject } from './read-object.js'
import { openStore } from './store/open-store.js'
import type { StoreSpec } from './store/store.js'

/** Where the text of a dump is: plain data that goes to workers. May hold secrets: never printed. */
export type DumpSource =
  | DumpFile
  | { store: StoreSpec; place: string; object: StoredObject; keys?: ObjectKeys }

/**
 * Reads a large dump elsewhere, so that its text is parsed while the one before is executed.
 *
 * @param opened gets the key of an encrypted object before the first command comes
 */
export type ReadElsewhere = (
  source: DumpSource,
  opened?: (fileKey: Uint8Array) => void,
) => AsyncIterable<PlacedCommand>

/** From so many bytes on, as they are stored or raw, a dump is worth a thread of its own. */
export const LARGE_DUMP = 8 << 20

/** The text of a dump in pieces; a piece is there until the next one is asked for. */
export async function* textOf(
  source: DumpSource,
  opened: (fileKey: Uint8Array) => void = () => {},
): AsyncGenerator<Uint8Array> {
  if ('dump' in source) {
    yield* openDump(source)
    return
  }
  const { store, place, object, keys } = source
  yield* readObject(await openStore(store), place, object, { ...keys, opened })
}
