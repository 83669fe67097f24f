import { randomUUID } from 'node:crypto'
import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { contentDigest } from '../backup/content-digest.js'
import { Definitions } from '../backup/definitions.js'
import { loadIntoFile, loadIntoMemory } from '../backup/load-into-file.js'
import type { StoredObject } from '../backup/manifest.js'
import { readObject } from '../backup/read-object.js'
import { openStore } from '../backup/store/open-store.js'
import type { Store, StoreSpec } from '../backup/store/store.js'
import type { Database } from '../database/database.js'
import { ignoreMissing, SIDECARS } from '../database/place-file.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { type ErrorReport, reportError } from '../report/error-report.js'
import type { Job, Lane } from '../run/job.js'
import { needsLibsql, openerOf } from './database-job.js'

/** Up to so many bytes of SQL text, an object is restored in memory. */
const SMALL = 1 << 20

export interface VerifyInit {
  store: StoreSpec
  /** A directory for databases that are removed again; `null` reads the bytes only. */
  scratch: string | null
}

/** An object of a set. */
export interface VerifyItem {
  name: string
  /** The name of its file in the store. */
  place: string
  object: StoredObject
  digest: string
}

export type VerifyResult = { sound: true } | { error: ErrorReport }

/** Reads objects back, restores them, and compares what they hold with what was read. */
export async function verifyJob(
  { store: spec, scratch }: VerifyInit,
  lane: Lane,
): Promise<Job<VerifyItem, VerifyResult>> {
  const open = await openerOf(lane, {})
  const store = await openStore(spec)
  const definitions = new Definitions()

  async function restoreAndCompare(
    { name, place, object, digest }: VerifyItem,
    path: string,
  ): Promise<void> {
    const look = async (db: Database) => {
      await using snapshot = await db.snapshot()
      if ((await contentDigest(snapshot, definitions)) !== digest) throw differs(object)
    }
    const read = () => readObject(store, place, object)
    if (object.rawBytes <= SMALL && (await loadIntoMemory(open, name, read(), look))) return
    try {
      await loadIntoFile(open, { name, path }, read(), look)
    } finally {
      for (const ending of ['', ...SIDECARS]) await unlink(path + ending).catch(ignoreMissing)
    }
  }

  return {
    async run(item) {
      try {
        if (scratch === null) await readThrough(store, item)
        else await restoreAndCompare(item, join(scratch, `${randomUUID()}.db`))
        return { result: { sound: true }, failed: false }
      } catch (error) {
        if (lane === 'thread' && needsLibsql(error)) return { reroute: 'process' }
        return { result: { error: reportError(error) }, failed: true }
      }
    },
  }
}

async function readThrough(store: Store, { place, object }: VerifyItem): Promise<void> {
  const pieces = readObject(store, place, object)
  while ((await pieces.next()).done !== true);
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
