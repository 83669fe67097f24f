import { UsageError } from '../errors/usage-error.js'
import { MANIFEST, MANIFEST_SUM, type Manifest } from './manifest.js'
import { parseManifest } from './parse-manifest.js'
import type { Store } from './store/store.js'
import { Tally } from './tally.js'

/** A hundred thousand databases take a tenth of it. */
const LARGEST = 500_000_000
const LARGEST_SUM = 1_000

/** The text of a manifest, and whether it is the one that was written. */
export interface ManifestText {
  text: string
  /** What messages call the file. */
  place: string
  /** What is wrong with its bytes: `manifest-damaged`. */
  problem: UsageError | undefined
}

/**
 * What a set says of itself, after every byte of it was compared with its hash and every field with
 * what may be there.
 *
 * @param set its name in the store
 * @throws UsageError `set-unfinished` when there is no manifest, `manifest-damaged`,
 * `manifest-invalid`, `manifest-version`
 */
export async function readManifest(store: Store, set: string): Promise<Manifest> {
  const { text, place, problem } = await readManifestText(store, set)
  if (problem !== undefined) throw problem
  return parseManifest(text, place)
}

/**
 * The manifest's text, whatever it is.
 *
 * @throws UsageError `set-unfinished`, `manifest-invalid` when it is too large to be one
 */
export async function readManifestText(store: Store, set: string): Promise<ManifestText> {
  const file = `${set}/${MANIFEST}`
  const place = store.locate(file)
  const tally = new Tally()
  const bytes = await readAll(tally.of(store.read(file)), LARGEST).catch(error => {
    throw isMissing(error) ? unfinished(store.locate(set), error) : error
  })
  if (bytes === undefined) {
    throw new UsageError('manifest-invalid', `${place} is too large to be a manifest`)
  }
  const sum = await readSum(store, `${set}/${MANIFEST_SUM}`)
  const expected = `${tally.sha256()}  ${MANIFEST}\n`
  return { text: bytes.toString('utf8'), place, problem: problemOf() }

  function problemOf(): UsageError | undefined {
    if (sum === undefined) return damaged(`${store.locate(`${set}/${MANIFEST_SUM}`)} is missing`)
    if (sum !== expected) {
      return damaged(`${place} does not have the hash that ${MANIFEST_SUM} says`)
    }
    return undefined
  }
}

/** Every byte counts: what is not the same text is not the same. */
async function readSum(store: Store, file: string): Promise<string | undefined> {
  try {
    const bytes = await readAll(store.read(file), LARGEST_SUM)
    return bytes?.toString('latin1') ?? ''
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** @returns `undefined` when there are more than `most` bytes */
async function readAll(
  pieces: AsyncIterable<Uint8Array>,
  most: number,
): Promise<Buffer | undefined> {
  const all: Uint8Array[] = []
  let length = 0
  for await (const piece of pieces) {
    length += piece.length
    if (length > most) return undefined
    all.push(piece)
  }
  return Buffer.concat(all)
}

function isMissing(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'object-missing'
}

function unfinished(set: string, cause: unknown): UsageError {
  return new UsageError('set-unfinished', `${set} has no ${MANIFEST}, so it is no backup set`, {
    hint: 'Name a directory that has one. The backup that makes this one may not be done, or was killed.',
    cause,
  })
}

function damaged(why: string): UsageError {
  return new UsageError('manifest-damaged', why, {
    hint: 'It was changed after the backup. Restore from another set.',
  })
}
