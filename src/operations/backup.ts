import type { Compression } from '../backup/compression.js'
import { COMPRESSIONS } from '../backup/compression.js'
import { createSet } from '../backup/create-set.js'
import {
  FORMAT,
  FORMAT_VERSION,
  type Manifest,
  type ManifestEntry,
  type StoredObject,
} from '../backup/manifest.js'
import { OBJECT_FORMATS, type ObjectFormat } from '../backup/object-format.js'
import { thisMaker } from '../backup/set-maker.js'
import { openStore } from '../backup/store/open-store.js'
import { writeManifest } from '../backup/write-manifest.js'
import type { RecordedRow } from '../control/journal.js'
import { UsageError } from '../errors/usage-error.js'
import type { Member } from '../fleet/member.js'
import type { Selection } from '../fleet/selection.js'
import type { BackupReport, BackupRow } from '../report/backup-rows.js'
import { summarize } from '../report/fleet-report.js'
import { version } from '../version.js'
import { makeEntries } from './backup/backup-entries.js'
import type { BackupRun } from './backup/backup-run.js'
import { KeptStamps } from './backup/kept-stamps.js'
import { sinceOf } from './backup/since-of.js'
import type { FleetContext } from './members/fleet-context.js'
import type { RunControl } from './members/run-control.js'
import { select } from './members/select.js'
import { type Ending, noted, recordedRow } from './runs/noted-run.js'
import { type EncryptOptions, encryptionFor, writeEncryption } from './sets/set-encryption.js'
import { storeSpecOf } from './sets/store-of.js'

export interface BackupOptions extends Selection, Omit<RunControl, 'maxFailures'>, EncryptOptions {
  /** A directory or `s3://bucket/prefix`; the default is that of the configuration, `backups`. */
  out?: string
  /** The default is zstd. */
  compress?: Compression
  /**
   * `image` stores the pages of the files, which cannot be had of servers. The default is `sql`, with
   * an image where SQL text cannot carry a database.
   */
  format?: ObjectFormat
  /** False leaves out the proof; the set says so. The default is true. */
  prove?: boolean
  /** Backs up encrypted files into a set that is not encrypted. */
  decrypt?: boolean
  /**
   * A set in the same place; what it has of files that nobody wrote to since is kept. The default is
   * the newest there.
   */
  since?: string
  /** Reads every database, also where an earlier set has all of it. */
  full?: boolean
}

/**
 * Makes a backup set: one object for each database, and a manifest, which is written last. Each
 * object is read back and restored into a scratch database before the manifest calls it proven.
 * What is wrong with one database costs no other.
 *
 * @throws UsageError when the selection or the destination is not sound; DbfleetError
 * `set-unfinished` when the manifest cannot be written
 */
export async function backup(context: FleetContext, options: BackupOptions): Promise<BackupReport> {
  const members = await select(context, options, { changing: false })
  const { all, db, except, shard, format, full } = options
  return noted(context, async begin => {
    const run = { verb: 'backup', options: { all, db, except, shard, format, full } }
    const { report } = await makeSet(context, members, options, set =>
      begin({ ...run, backup: set }, members.length),
    )
    return { report, ...resultsOf(report.databases) }
  })
}

/** What the journal keeps of rows: those that nobody wrote to since an earlier set are only counted. */
function resultsOf(rows: readonly BackupRow[]): Pick<Ending<unknown>, 'rows' | 'idle'> {
  const idle: Record<string, number> = {}
  const changed: RecordedRow[] = []
  for (const row of rows) {
    const { position, unchanged } = row
    if (unchanged) idle[position ?? ''] = (idle[position ?? ''] ?? 0) + 1
    else changed.push(...recordedRow(row, { before: position }))
  }
  return { rows: changed, idle }
}

/**
 * `backup` of these databases, whatever the options select; a part of another run.
 *
 * @param onSet is told where the set is, before anything is in it
 * @returns also the keys of encrypted objects, by the names of their databases, for whoever compares with
 * their digests
 * @throws what `backup` throws
 */
export async function makeSet(
  context: FleetContext,
  members: readonly Member[],
  options: Omit<BackupOptions, keyof Selection>,
  onSet?: (set: string) => Promise<void>,
): Promise<{ report: BackupReport; fileKeys: ReadonlyMap<string, Uint8Array> }> {
  const began = performance.now()
  const startedAt = new Date()
  const compression = compressionOf(options.compress)
  const format = formatOf(options.format)
  const store = await openStore(await storeSpecOf(context, options.out))
  const encryption = await encryptionFor(context, store, options)
  const since = await sinceOf(store, options)
  const { set, startedSha256 } = await createSet(store, startedAt, {
    dbfleet: version,
    startedAt: startedAt.toISOString(),
    ...thisMaker(),
  })

  await onSet?.(store.locate(set))
  const aboutEncryption = encryption && (await writeEncryption(store, set, encryption))

  const run: BackupRun = {
    ...{ context, options, store, set, since, compression, format },
    recipients: encryption?.recipients ?? [],
    fileKeys: new Map(),
    stamps: new KeptStamps(members),
  }
  const entries = await makeEntries(run, members)
  const complete = entries.every(({ status }) => status === 'ok')
  const manifest: Manifest = {
    format: FORMAT,
    version: FORMAT_VERSION,
    set,
    dbfleet: version,
    startedAt: startedAt.toISOString(),
    finishedAt: new Date().toISOString(),
    startedSha256,
    complete,
    summary: { ...summarize(entries), proven: entries.filter(({ proven }) => proven).length },
    ...(aboutEncryption !== undefined && { encryption: aboutEncryption }),
    databases: entries.map(withoutSecrets),
  }
  await writeManifest(store, set, manifest)
  const report: BackupReport = {
    schema: 1,
    command: 'backup',
    set: store.locate(set),
    complete,
    databases: entries.map(rowOf),
    summary: summarize(entries),
    durationMs: performance.now() - began,
    interrupted: options.signal?.aborted === true,
  }
  return { report, fileKeys: run.fileKeys }
}

/** How many rows a user has is nobody's business who cannot open the object. */
function withoutSecrets(entry: ManifestEntry): ManifestEntry {
  return entry.object?.encryption === undefined ? entry : { ...entry, tables: [] }
}

function rowOf({
  name,
  status,
  error,
  url,
  proven,
  object,
  tables,
  ledger,
}: ManifestEntry): BackupRow {
  return {
    name,
    status,
    ...(error !== undefined && { error }),
    url,
    proven,
    unchanged: object?.set !== undefined,
    object: object === undefined ? null : pathFromSet(object),
    format: object === undefined ? null : (object.format ?? 'sql'),
    reason: object?.reason ?? null,
    storedBytes: object?.storedBytes ?? 0,
    rawBytes: object?.rawBytes ?? 0,
    rows: (tables ?? []).reduce((total, { rows }) => total + rows, 0),
    position: ledger?.position ?? null,
  }
}

function pathFromSet({ set, file }: StoredObject): string {
  return set === undefined ? file : `../${set}/${file}`
}

function compressionOf(wanted: Compression = 'zstd'): Compression {
  if (COMPRESSIONS.includes(wanted)) return wanted
  throw new UsageError('bad-options', `"${wanted}" is no compression`, {
    hint: `There are ${COMPRESSIONS.join(', ')}.`,
  })
}

function formatOf(wanted: ObjectFormat = 'sql'): ObjectFormat {
  if (OBJECT_FORMATS.includes(wanted)) return wanted
  throw new UsageError('bad-options', `"${wanted}" is no format of objects`, {
    hint: `There are ${OBJECT_FORMATS.join(', ')}.`,
  })
}
