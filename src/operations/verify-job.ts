import { randomUUID } from 'node:crypto'
import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { contentDigest } from '../backup/content-digest.js'
import { loadIntoFile } from '../backup/load-into-file.js'
import type { StoredObject } from '../backup/manifest.js'
import { readObject } from '../backup/read-object.js'
import { openStore } from '../backup/store/open-store.js'
import type { Store, StoreSpec } from '../backup/store/store.js'
import type { OpenDatabase } from '../database/open-database.js'
import { ignoreMissing, SIDECARS } from '../database/place-file.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { type ErrorReport, reportError } from '../report/error-report.js'
import type { Job, Lane } from '../run/job.js'
import { needsLibsql, openerOf } from './database-job.js'

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
  return {
    async run(item) {
      try {
        if (scratch === null) await readThrough(store, item)
        else await restoreAndCompare(open, store, item, join(scratch, `${randomUUID()}.db`))
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

async function restoreAndCompare(
  open: OpenDatabase,
  store: Store,
  { name, place, object, digest }: VerifyItem,
  scratch: string,
): Promise<void> {
  const target = { name, path: scratch }
  try {
    await loadIntoFile(open, target, readObject(store, place, object), async db => {
      await using snapshot = await db.snapshot()
      if ((await contentDigest(snapshot)) !== digest) throw differs(object)
    })
  } finally {
    for (const ending of ['', ...SIDECARS]) await unlink(scratch + ending).catch(ignoreMissing)
  }
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
