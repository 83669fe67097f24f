import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open as openFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Compression } from '../../backup/compression.js'
import type { Definitions } from '../../backup/definitions.js'
import { describeContent } from '../../backup/describe-content.js'
import type { ObjectContent, StoredObject } from '../../backup/manifest.js'
import { pagesDigest } from '../../backup/pages-digest.js'
import type { Store } from '../../backup/store/store.js'
import type { DumpPiece } from '../../backup/write-dump.js'
import { writeObject } from '../../backup/write-object.js'
import type { Database, Snapshot } from '../../database/database.js'
import type { OpenDatabase } from '../../database/open-database.js'
import { placingError } from '../../database/place-file.js'
import { removeFiles } from '../../database/remove-files.js'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import { LEDGER_TABLE } from '../../migrate/ledger.js'
import type { SchemaRow } from '../../schema/schema-row.js'
import { ledgerIn } from './snapshot-facts.js'

interface ImageToWrite {
  /** A directory for the image before it is packed. */
  scratch: string
  write: {
    store: Store
    place: string
    compression: Compression
    recipients: readonly string[]
  }
  fingerprintOf(rows: readonly SchemaRow[]): string | null
  definitions: Definitions
}

interface WrittenImage {
  object: Omit<StoredObject, 'file'>
  content: ObjectContent
  fileKey?: Uint8Array
}

type About = Omit<ObjectContent, 'digest'> & { digest?: string }

/** Writes the pages of one state of a database to a new object, and says what it holds. */
export async function writeImage(
  db: Database,
  open: OpenDatabase,
  { scratch, write, fingerprintOf, definitions }: ImageToWrite,
): Promise<WrittenImage> {
  const path = join(scratch, `${randomUUID()}.db`)
  try {
    // Only its owner can read it, before anything is in it.
    await (await openFile(path, 'wx', 0o600).catch(fail)).close()
    const { digest, ...about } = await take()
    const { store, place, compression, recipients } = write
    const digestOf = digest === undefined ? pagesDigest : () => digest
    const written = await writeObject(
      store,
      place,
      piecesOf(path),
      compression,
      recipients,
      digestOf,
    )
    const { digest: stored, fileKey, ...object } = written
    return {
      object: { format: 'image', ...object },
      content: { ...about, digest: stored },
      ...(fileKey !== undefined && { fileKey }),
    }
  } finally {
    await removeFiles(path)
  }

  async function take(): Promise<About> {
    if (db.writeImage !== undefined) {
      const snapshotAt = new Date().toISOString()
      await db.writeImage(path)
      await using image = await open({ name: 'image', path }, { mode: 'read', busyTimeoutMs: 0 })
      await using snapshot = await image.snapshot()
      return await describe(snapshot, snapshotAt)
    }
    await using snapshot = await db.snapshot()
    if (snapshot.writeImage === undefined) throw new DbfleetError('bug', 'no pages can be had')
    const about = await describe(snapshot, new Date().toISOString())
    await snapshot.writeImage(path)
    return about
  }

  async function describe(snapshot: Snapshot, snapshotAt: string): Promise<About> {
    const { plan, tables, digest } = await describeContent(snapshot, definitions)
    return {
      snapshotAt,
      schemaFingerprint: plan === undefined ? null : fingerprintOf(plan.objects),
      ledger: await ledgerIn(snapshot, plan?.objects ?? (await ledgerRow(snapshot))),
      tables,
      // What SQL text would lose, the image has.
      remarks: (plan?.remarks ?? []).filter(({ lost }) => !lost).map(({ text }) => text),
      ...(digest !== undefined && { digest }),
    }
  }
}

function fail(error: unknown): never {
  throw placingError(error)
}

/** Of a schema that is no text otherwise. */
async function ledgerRow(snapshot: Snapshot): Promise<{ type: string; name: string }[]> {
  const rows = await snapshot.query(
    "SELECT type FROM sqlite_schema WHERE type = 'table' AND name = ?",
    [LEDGER_TABLE],
  )
  return rows.map(() => ({ type: 'table', name: LEDGER_TABLE }))
}

async function* piecesOf(path: string): AsyncGenerator<DumpPiece> {
  for await (const bytes of createReadStream(path, { highWaterMark: 1 << 17 })) {
    yield { bytes, content: false }
  }
}
