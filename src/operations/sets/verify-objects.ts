import type { ManifestEntry } from '../../backup/manifest.js'
import type { ObjectKeys } from '../../backup/object-keys.js'
import { objectPlace } from '../../backup/object-place.js'
import { defaultEngine } from '../../database/engines.js'
import type { Lane } from '../../run/job.js'
import type { ObjectToProve, Proof } from '../backup/object-prover.js'
import { crashReport } from '../members/crash.js'
import type { FleetContext } from '../members/fleet-context.js'
import type { RunControl } from '../members/run-control.js'
import { runJob } from '../members/run-on-members.js'
import type { VerifyInit } from './verify-job.js'

/** So many bytes are unpacked and hashed before a worker has started. */
const MOST_INLINE = 1 << 24

interface VerifyObjects extends VerifyInit {
  /** The set's name in the store. */
  set: string
  entries: readonly ManifestEntry[]
  /** For progress. */
  phase: string
  /** What opens the object of an entry, where it is encrypted. */
  keysOf?(entry: ManifestEntry): ObjectKeys | undefined
}

/**
 * Reads the objects of a set on the workers, and restores them if there is a scratch directory.
 *
 * @returns in the order of the entries; `undefined` where there is no object, or the run was ended
 */
export async function verifyObjects(
  context: Pick<FleetContext, 'config' | 'connections'>,
  { store, set, entries, phase, scratch, keysOf }: VerifyObjects,
  control: RunControl,
): Promise<(Proof | undefined)[]> {
  const init: VerifyInit = { store, scratch }
  const lane = (await defaultEngine()) === 'better-sqlite3' ? 'thread' : 'process'
  const places: number[] = []
  let bytes = 0
  const items: { item: ObjectToProve; lane: Lane }[] = []
  for (const [index, entry] of entries.entries()) {
    const { name, object, digest, encryptedAtRest } = entry
    if (object === undefined || digest === undefined) continue
    places.push(index)
    bytes += object.rawBytes
    // What was never in the clear on a disk is not to be so now; only libSQL encrypts.
    const secret = encryptedAtRest === true && object.encryption !== undefined
    const keys = object.encryption === undefined ? undefined : keysOf?.(entry)
    items.push({
      item: {
        name,
        object,
        digest,
        place: objectPlace(set, object),
        ...(keys !== undefined && { keys }),
        ...(secret && { secret }),
      },
      lane: secret ? 'process' : lane,
    })
  }
  const found = await runJob<ObjectToProve, Proof>(
    context,
    items,
    {
      phase,
      spec: { name: 'verify', init },
      crashed: message => ({ error: crashReport(message) }),
      reads: scratch === null && bytes <= MOST_INLINE,
      computes: true,
    },
    control,
  )
  const results = entries.map((): Proof | undefined => undefined)
  for (const [index, place] of places.entries()) results[place] = found[index]
  return results
}
