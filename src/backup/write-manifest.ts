import { DbfleetError } from '../errors/dbfleet-error.js'
import { reportError } from '../report/error-report.js'
import { IDENTITY, MANIFEST, MANIFEST_SUM, type Manifest } from './manifest.js'
import { objectPlace } from './object-place.js'
import type { Store } from './store/store.js'
import { Tally } from './tally.js'

/** In characters; each piece is a call to the system. */
const PIECE = 1 << 17

/**
 * Makes what was written a backup set. Objects, the manifest's hash and the manifest are on the disk
 * before the manifest gets its name, so that it is never there without what it describes.
 *
 * @param set its name
 * @throws DbfleetError `set-unfinished`; the set has no manifest then
 */
export async function writeManifest(store: Store, set: string, manifest: Manifest): Promise<void> {
  const pieces = [...manifestText(manifest)]
  const tally = new Tally()
  for (const piece of pieces) tally.add(piece)
  const sum = `${set}/${MANIFEST_SUM}`
  const own = manifest.databases.flatMap(({ object }) =>
    object === undefined || object.set !== undefined ? [] : objectPlace(set, object),
  )
  try {
    await store.write(sum, once(Buffer.from(`${tally.sha256()}  ${MANIFEST}\n`)))
    const locked = manifest.encryption?.identity === undefined ? [] : [`${set}/${IDENTITY}`]
    await store.publish(`${set}/${MANIFEST}`, pieces, [...own, ...locked, sum])
  } catch (error) {
    throw new DbfleetError(
      'set-unfinished',
      `${store.locate(set)} got no manifest: ${reportError(error).message}`,
      {
        hint: 'It is no backup set: remove it, and run the same command again.',
        cause: error,
      },
    )
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** One line for each database; a fleet may have 100,000. */
function* manifestText({ databases, ...head }: Manifest): Generator<Uint8Array> {
  const begin = JSON.stringify(head, undefined, 2)
  let text = `${begin.slice(0, begin.lastIndexOf('\n}'))},\n  "databases": [`
  for (const [index, entry] of databases.entries()) {
    text += `${index === 0 ? '\n' : ',\n'}    ${JSON.stringify(entry)}`
    if (text.length < PIECE) continue
    yield Buffer.from(text)
    text = ''
  }
  yield Buffer.from(`${text}\n  ]\n}\n`)
}
