import type { Compression } from '../backup/compression.js'
import { Definitions } from '../backup/definitions.js'
import type { DumpPlan } from '../backup/dump-plan.js'
import type { ObjectContent, StoredObject } from '../backup/manifest.js'
import { planDump } from '../backup/plan-dump.js'
import { openStore } from '../backup/store/open-store.js'
import type { StoreSpec } from '../backup/store/store.js'
import { writeDump } from '../backup/write-dump.js'
import { writeObject } from '../backup/write-object.js'
import type { Database, DatabaseTarget, Snapshot } from '../database/database.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { LEDGER_TABLE, readLedger } from '../migrate/ledger.js'
import type { ErrorReport } from '../report/error-report.js'
import type { Job, Lane } from '../run/job.js'
import { fingerprint } from '../schema/fingerprint.js'
import { parseSchema } from '../schema/parse-schema.js'
import type { SchemaRow } from '../schema/schema-row.js'
import { onDatabase, openerOf } from './database-job.js'
import type { JobResources } from './job-resources.js'

export interface BackupInit {
  store: StoreSpec
  compression: Compression
  /** Who can open the objects; empty when they are not encrypted. */
  recipients: string[]
  busyTimeoutMs: number
}

/** A database, and the name in the store that its dump gets. */
export interface BackupItem {
  target: DatabaseTarget
  place: string
}

/** What was written of one database, or why nothing was. */
export type BackupResult =
  | { object: Omit<StoredObject, 'file'>; content: ObjectContent; fileKey?: Uint8Array }
  | { error: ErrorReport }

/** Writes databases as objects of a set: each one state of it, while others write on. */
export async function backupJob(
  { store: spec, compression, recipients, busyTimeoutMs }: BackupInit,
  lane: Lane,
  resources: JobResources,
): Promise<Job<BackupItem, BackupResult>> {
  const open = await openerOf(lane, resources)
  const store = await openStore(spec)
  const fingerprintOf = knownFingerprints()
  const definitions = new Definitions()
  const options = { mode: 'read', busyTimeoutMs } as const

  async function backUp(db: Database, place: string): Promise<BackupResult> {
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
      place,
      text,
      compression,
      recipients,
    )
    return { object, content: { ...about, digest }, ...(fileKey !== undefined && { fileKey }) }
  }

  return {
    run: ({ target, place }) =>
      onDatabase<BackupResult>(
        open,
        lane,
        { target, options },
        db => backUp(db, place),
        error => ({ error }),
      ),
  }
}

/** The fingerprint of a schema, found out once for databases of one schema. */
function knownFingerprints(): (rows: readonly SchemaRow[]) => string | null {
  const known = new Map<string, string | null>()
  return rows => {
    const key = JSON.stringify(rows)
    const found = known.get(key) ?? fingerprintOrNull(rows)
    known.set(key, found)
    return found
  }
}

/** A schema that dbfleet does not understand can be dumped, which is what matters here. */
function fingerprintOrNull(rows: readonly SchemaRow[]): string | null {
  try {
    return fingerprint(parseSchema(rows))
  } catch {
    return null
  }
}

async function ledgerIn(
  snapshot: Snapshot,
  schema: readonly SchemaRow[],
): Promise<ObjectContent['ledger']> {
  if (!schema.some(({ type, name }) => type === 'table' && name === LEDGER_TABLE)) return null
  try {
    const ledger = await readLedger(snapshot)
    return { position: ledger.at(-1)?.name ?? null, applied: ledger.length }
  } catch (error) {
    // A table that only has the ledger's name is backed up like any other.
    if (error instanceof DbfleetError && error.code === 'ledger-invalid') return null
    throw error
  }
}

function refuseLoss({ remarks }: DumpPlan): void {
  const lost = remarks.filter(remark => remark.lost).map(({ text }) => text)
  if (lost.length === 0) return
  throw new DbfleetError('not-carried', `SQL text cannot carry all of it: ${lost.join('; ')}`, {
    hint: 'Nothing of it is in the set. A copy of the file can hold it (`VACUUM INTO`).',
  })
}
