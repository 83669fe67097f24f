import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { Definitions } from '../backup/definitions.js'
import { type ObjectToLoad, tryObject } from '../backup/load-object.js'
import { checkStored, readObject } from '../backup/read-object.js'
import { openStore } from '../backup/store/open-store.js'
import type { Store, StoreSpec } from '../backup/store/store.js'
import type { OpenDatabase } from '../database/open-database.js'
import { removeFiles } from '../database/remove-files.js'
import { type ErrorReport, reportError } from '../report/error-report.js'
import type { Job, Lane } from '../run/job.js'
import { needsLibsql, openerOf } from './database-job.js'

export interface VerifyInit {
  store: StoreSpec
  /** A directory for databases that are removed again; `null` reads the bytes only. */
  scratch: string | null
}

/** An object of a set. */
export interface VerifyItem extends ObjectToLoad {
  name: string
  /** Its scratch database is encrypted, by a key that nobody keeps. */
  secret?: boolean
}

export type VerifyResult = { sound: true } | { error: ErrorReport }

/** Reads objects back, restores them, and compares what they hold with what was read. */
export async function verifyJob(
  { store: spec, scratch }: VerifyInit,
  lane: Lane,
): Promise<Job<VerifyItem, VerifyResult>> {
  const store = await openStore(spec)
  const look =
    scratch === null
      ? (item: VerifyItem) => readThrough(store, item)
      : restoring(await openerOf(lane, {}), store, scratch)
  return {
    async run(item) {
      try {
        await look(item)
        return { result: { sound: true }, failed: false }
      } catch (error) {
        if (lane === 'thread' && needsLibsql(error)) return { reroute: 'process' }
        return { result: { error: reportError(error) }, failed: true }
      }
    },
  }
}

/** Without a key, what is stored can be compared, and that is much. */
async function readThrough(store: Store, { place, object, keys }: VerifyItem): Promise<void> {
  if (object.encryption !== undefined && keys === undefined) {
    return checkStored(store, place, object)
  }
  const pieces = readObject(store, place, object, keys)
  while ((await pieces.next()).done !== true);
}

function restoring(open: OpenDatabase, store: Store, scratch: string) {
  const definitions = new Definitions()
  return async ({ name, secret, ...object }: VerifyItem): Promise<void> => {
    const path = join(scratch, `${randomUUID()}.db`)
    try {
      const encryptionKey = randomBytes(32).toString('hex')
      const target = { name, path, ...(secret === true && { encryptionKey }) }
      await tryObject(open, store, object, target, definitions)
    } finally {
      await removeFiles(path)
    }
  }
}
