import { checkStored, readObject } from '../../backup/read-object.js'
import { openStore } from '../../backup/store/open-store.js'
import type { Store, StoreSpec } from '../../backup/store/store.js'
import type { Job, Lane } from '../../run/job.js'
import { type ObjectToProve, objectProver, type Proof, proofOf } from '../backup/object-prover.js'
import { openerOf } from '../members/database-job.js'
import { readElsewhere } from '../restore/read-elsewhere.js'

export interface VerifyInit {
  store: StoreSpec
  /** A directory for databases that are removed again; `null` reads the bytes only. */
  scratch: string | null
}

/** Reads objects back, restores them, and compares what they hold with what was read. */
export async function verifyJob(
  { store: spec, scratch }: VerifyInit,
  lane: Lane,
): Promise<Job<ObjectToProve, Proof>> {
  const store = await openStore(spec)
  const look =
    scratch === null
      ? (item: ObjectToProve) => readThrough(store, item)
      : objectProver(await openerOf(lane, {}), store, scratch, undefined, readElsewhere(lane))
  return {
    async run(item) {
      const proof = await proofOf(look(item), lane)
      return proof === undefined
        ? { reroute: 'process' }
        : { result: proof, failed: 'error' in proof }
    },
  }
}

/** Without a key, what is stored can be compared, and that is much. */
async function readThrough(store: Store, { place, object, keys }: ObjectToProve): Promise<void> {
  if (object.encryption !== undefined && keys === undefined) {
    return checkStored(store, place, object)
  }
  const pieces = readObject(store, place, object, keys)
  while ((await pieces.next()).done !== true);
}
