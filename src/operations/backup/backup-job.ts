import { codecOf } from '../../backup/codec-of.js'
import type { Compression } from '../../backup/compression.js'
import { Definitions } from '../../backup/definitions.js'
import type { DumpPlan } from '../../backup/dump-plan.js'
import type { ObjectContent, StoredObject } from '../../backup/manifest.js'
import type { ObjectFormat } from '../../backup/object-format.js'
import { planDump } from '../../backup/plan-dump.js'
import { openStore } from '../../backup/store/open-store.js'
import type { StoreSpec } from '../../backup/store/store.js'
import { writeDump } from '../../backup/write-dump.js'
import { writeObject } from '../../backup/write-object.js'
import type { Database, DatabaseTarget } from '../../database/database.js'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import type { ErrorReport } from '../../report/error-report.js'
import type { Job, Lane, Outcome } from '../../run/job.js'
import { onDatabase, openerOf } from '../members/database-job.js'
import type { JobResources } from '../members/job-resources.js'
import { readElsewhere } from '../restore/read-elsewhere.js'
import { objectProver, type Proof, proofOf } from './object-prover.js'
import { knownFingerprints, ledgerIn } from './snapshot-facts.js'
import { writeImage } from './write-image.js'

export interface BackupInit {
  store: StoreSpec
  compression: Compression
  /** The set's name in it. */
  set: string
  /** A directory for files that are removed again. */
  scratch: string
  /** Whether objects are proven where they are written. */
  prove: boolean
  /** Who can open the objects; empty when they are not encrypted. */
  recipients: string[]
  busyTimeoutMs: number
}

/** A database, and the name in the set that its object gets. */
export interface BackupItem {
  target: DatabaseTarget
  /** By what the object is. */
  files: Record<ObjectFormat, string>
  /** Text becomes an image where it does not serve. */
  format: ObjectFormat
}

/** What was written of one database, or why nothing was. */
export type BackupResult = WrittenDatabase | { error: ErrorReport }

export interface WrittenDatabase {
  object: StoredObject
  content: ObjectContent
  fileKey?: Uint8Array
  /** Absent where another worker has to find out. */
  proof?: Proof
}

/**
 * Writes databases as objects of a set: each one state of it, while others write on. What threads
 * have written they read back and prove right away; that of other lanes is left to `verifyObjects`.
 */
export async function backupJob(
  { store: spec, set, compression, scratch, prove, recipients, busyTimeoutMs }: BackupInit,
  lane: Lane,
  resources: JobResources,
): Promise<Job<BackupItem, BackupResult>> {
  // A worker that was started early has nothing else to do yet.
  await codecOf(compression)
  const open = await openerOf(lane, resources)
  const store = await openStore(spec)
  const fingerprintOf = knownFingerprints()
  const definitions = new Definitions()
  const options = { mode: 'read', busyTimeoutMs } as const
  const proveObject =
    prove && lane === 'thread'
      ? objectProver(open, store, scratch, definitions, readElsewhere(lane))
      : undefined
  const placeOf = (file: string) => `${set}/${file}`

  async function asText(db: Database, file: string): Promise<WrittenDatabase> {
    await using snapshot = await db.snapshot()
    const snapshotAt = new Date().toISOString()
    const plan = await planDump(snapshot, {}, definitions)
    refuseLoss(plan)
    const tables: ObjectContent['tables'] = []
    const about = {
      snapshotAt,
      schemaFingerprint: fingerprintOf(plan.objects),
      ledger: await ledgerIn(snapshot, plan.objects),
      tables,
      remarks: plan.remarks.map(({ text }) => text),
    }
    const text = writeDump(snapshot, plan, table => tables.push(table))
    const { digest, fileKey, ...object } = await writeObject(
      store,
      placeOf(file),
      text,
      compression,
      recipients,
    )
    return {
      object: { file, ...object },
      content: { ...about, digest },
      ...(fileKey !== undefined && { fileKey }),
    }
  }

  async function asImage(
    db: Database,
    { target, files: { image: file } }: BackupItem,
  ): Promise<WrittenDatabase> {
    if (!hasImage(target)) throw noImage(target)
    const write = { store, place: placeOf(file), compression, recipients }
    const made = await writeImage(db, open, { scratch, write, fingerprintOf, definitions })
    return { ...made, object: { file, ...made.object } }
  }

  async function backUp(db: Database, item: BackupItem): Promise<WrittenDatabase> {
    if (item.format === 'image') return asImage(db, item)
    try {
      return await asText(db, item.files.sql)
    } catch (error) {
      if (!isNotCarried(error) || !hasImage(item.target)) throw error
      const made = await asImage(db, item)
      return { ...made, object: { ...made.object, reason: error.message } }
    }
  }

  async function withProof(
    { target: { name } }: BackupItem,
    written: WrittenDatabase,
  ): Promise<Outcome<BackupResult>> {
    const { object, content, fileKey } = written
    const place = placeOf(object.file)
    const keys = fileKey === undefined ? {} : { keys: { fileKey } }
    const look = proveObject?.({ name, place, object, digest: content.digest, ...keys })
    const proof = look && (await proofOf(look, lane))
    if (proof === undefined) return { result: written, failed: false }
    return { result: { ...written, proof }, failed: 'error' in proof }
  }

  return {
    async run(item) {
      const outcome = await onDatabase<BackupResult>(
        open,
        lane,
        { target: item.target, options },
        db => backUp(db, item),
        error => ({ error }),
      )
      // The database is closed by now, so that nobody waits for the proof.
      return 'result' in outcome && 'object' in outcome.result
        ? withProof(item, outcome.result)
        : outcome
    },
  }
}

/** The pages of an encrypted file are nothing without its key, which no set has. */
function hasImage(target: DatabaseTarget): boolean {
  return 'path' in target && target.encryptionKey === undefined
}

function noImage(target: DatabaseTarget): DbfleetError {
  const why =
    'path' in target
      ? 'the file is encrypted, and an image of it would be of no use without its key'
      : 'a database on a server has no page image'
  return new DbfleetError('no-image', why, {
    hint: 'Back it up as SQL text, by `--format sql` or without --format.',
  })
}

function isNotCarried(error: unknown): error is DbfleetError {
  return error instanceof DbfleetError && error.code === 'not-carried'
}

function refuseLoss({ remarks }: DumpPlan): void {
  const lost = remarks.filter(remark => remark.lost).map(({ text }) => text)
  if (lost.length === 0) return
  throw new DbfleetError('not-carried', `SQL text cannot carry all of it: ${lost.join('; ')}`, {
    hint: 'Nothing of it is in the set. A copy of the file can hold it (`VACUUM INTO`).',
  })
}
