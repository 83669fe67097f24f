import type { ManifestEntry } from '../../backup/manifest.js'
import { verifyObjects } from '../sets/verify-objects.js'
import type { Making } from './backup-run.js'
import type { Proof } from './object-prover.js'

/** An entry, and whether it is sure by now that its object is sound, or that it is not. */
export interface WrittenEntry {
  entry: ManifestEntry
  isDecided: boolean
}

/** Restores each object that was not yet tried into a database that is removed again. */
export async function proveEntries(
  { context, options, store, set, scratch, fileKeys }: Making,
  written: readonly WrittenEntry[],
): Promise<ManifestEntry[]> {
  const entries = written.flatMap(({ entry, isDecided }) => (isDecided ? [] : [entry]))
  const proofs = await verifyObjects(
    context,
    {
      ...{ store: store.spec, set, entries, scratch, phase: 'prove' },
      keysOf({ name }) {
        const fileKey = fileKeys.get(name)
        return fileKey && { fileKey }
      },
    },
    options,
  )
  const proven = new Map(entries.map((entry, index) => [entry, withProof(entry, proofs[index])]))
  return written.map(({ entry }) => proven.get(entry) ?? entry)
}

/** What an entry is when its object was tried. */
export function withProof(entry: ManifestEntry, proof: Proof | undefined): ManifestEntry {
  if (proof === undefined) return entry
  if ('sound' in proof) return { ...entry, proven: true }
  return { ...entry, status: 'failed', error: proof.error }
}
