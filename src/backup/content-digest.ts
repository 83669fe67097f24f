import type { Snapshot } from '../database/database.js'
import type { Definitions } from './definitions.js'
import { planDump } from './plan-dump.js'
import { Sha256 } from './sha256.js'
import { writeDump } from './write-dump.js'

/** Gathers the digest of a dump while it is written. */
export interface DigestBuilder {
  add(piece: { bytes: Uint8Array; content: boolean }): void
  digest(): string
}

/**
 * A digest of what a database holds: the text of its dump, without settings, statistics and remarks.
 * Databases with equal objects, rows and rowids have equal digests, whatever their files look like
 * and whichever engine reads them. The prefix names the version of that text.
 */
export function digestBuilder(): DigestBuilder {
  const hash = new Sha256()
  return {
    add({ bytes, content }) {
      if (content) hash.add(bytes)
    },
    digest: () => `dump1-sha256:${hash.digest()}`,
  }
}

/**
 * The digest of a snapshot's content, without keeping its dump.
 *
 * @param definitions as in `planDump`
 */
export async function contentDigest(
  snapshot: Snapshot,
  definitions?: Definitions,
): Promise<string> {
  const builder = digestBuilder()
  const plan = await planDump(snapshot, { settings: false }, definitions)
  for await (const piece of writeDump(snapshot, plan)) builder.add(piece)
  return builder.digest()
}
