import { open, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { flushDirectories, flushFiles } from '../database/flush-files.js'
import { placingError } from '../database/place-file.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { MANIFEST, MANIFEST_SUM, type Manifest, OBJECTS } from './manifest.js'
import { Tally } from './tally.js'

/**
 * Makes a directory of objects a backup set. Objects, the manifest's hash and the manifest are on
 * the disk before the manifest gets its name, so that it is never there without what it describes.
 *
 * @param set absolute path
 * @throws DbfleetError `set-unfinished`; the set has no manifest then
 */
export async function writeManifest(set: string, manifest: Manifest): Promise<void> {
  const files = manifest.databases.flatMap(({ object }) => object?.file ?? [])
  const tally = new Tally()
  const pieces = manifestText(manifest)
  const temporary = join(set, `.${MANIFEST}.tmp`)
  const sum = join(set, MANIFEST_SUM)
  try {
    await flushFiles(files.map(file => join(set, file)))
    await write(temporary, pieces, tally)
    await write(sum, [Buffer.from(`${tally.sha256()}  ${MANIFEST}\n`)])
    await flushFiles([temporary, sum])
    await flushDirectories([join(set, OBJECTS), set])
    await rename(temporary, join(set, MANIFEST))
    await flushDirectories([set, dirname(set)])
  } catch (error) {
    throw new DbfleetError(
      'set-unfinished',
      `${set} got no manifest: ${placingError(error).message}`,
      {
        hint: 'It is no backup set: remove it, and run the same command again.',
        cause: error,
      },
    )
  }
}

async function write(path: string, pieces: Iterable<Uint8Array>, tally?: Tally): Promise<void> {
  await using file = await open(path, 'wx', 0o600)
  for (const piece of pieces) {
    tally?.add(piece)
    await file.writeFile(piece)
  }
}

/** One line for each database; a fleet may have 100,000. */
function* manifestText({ databases, ...head }: Manifest): Generator<Uint8Array> {
  const text = JSON.stringify(head, undefined, 2)
  const end = text.lastIndexOf('\n}')
  yield Buffer.from(`${text.slice(0, end)},\n  "databases": [`)
  for (const [index, entry] of databases.entries()) {
    yield Buffer.from(`${index === 0 ? '\n' : ',\n'}    ${JSON.stringify(entry)}`)
  }
  yield Buffer.from('\n  ]\n}\n')
}
