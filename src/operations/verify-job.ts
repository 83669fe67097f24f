import { randomUUID } from 'node:crypto'
import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { contentDigest } from '../backup/content-digest.js'
import { loadIntoFile } from '../backup/load-into-file.js'
import type { StoredObject } from '../backup/manifest.js'
import { readObject } from '../backup/read-object.js'
import type { OpenDatabase } from '../database/open-database.js'
import { ignoreMissing, SIDECARS } from '../database/place-file.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { type ErrorReport, reportError } from '../report/error-report.js'
import type { Job, Lane } from '../run/job.js'
import { needsLibsql, openerOf } from './database-job.js'

export interface VerifyInit {
  /** A directory for databases that are removed again; `null` reads the bytes only. */
  scratch: string | null
}

/** An object of a set. */
export interface VerifyItem {
  name: string
  /** Absolute. */
  path: string
  object: StoredObject
  digest: string
}

export type VerifyResult = { sound: true } | { error: ErrorReport }

/** Reads objects back, restores them, and compares what they hold with what was read. */
export async function verifyJob(
  { scratch }: VerifyInit,
  lane: Lane,
): Promise<Job<VerifyItem, VerifyResult>> {
  const open = await openerOf(lane, {})
  return {
    async run(item) {
      try {
        if (scratch === null) await readThrough(item)
        else await restoreAndCompare(open, item, join(scratch, `${randomUUID()}.db`))
        return { result: { sound: true }, failed: false }
      } catch (error) {
        if (lane === 'thread' && needsLibsql(error)) return { reroute: 'process' }
        return { result: { error: reportError(error) }, failed: true }
      }
    },
  }
}

async function readThrough({ path, object }: VerifyItem): Promise<void> {
  const pieces = readObject(path, object)
  while ((await pieces.next()).done !== true);
}

async function restoreAndCompare(
  open: OpenDatabase,
  { name, path, object, digest }: VerifyItem,
  scratch: string,
): Promise<void> {
  const target = { name, path: scratch }
  try {
    await loadIntoFile(open, target, readObject(path, object), async db => {
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
