import { rm } from 'node:fs/promises'
import type { Compression } from '../backup/compression.js'
import { COMPRESSIONS, endingOf } from '../backup/compression.js'
import { createSet } from '../backup/create-set.js'
import {
  FORMAT,
  FORMAT_VERSION,
  type Manifest,
  type ManifestEntry,
  OBJECTS,
  type StoredObject,
} from '../backup/manifest.js'
import { missingObjects } from '../backup/missing-objects.js'
import { objectName } from '../backup/object-name.js'
import { thisMaker } from '../backup/set-maker.js'
import { openStore } from '../backup/store/open-store.js'
import type { Store } from '../backup/store/store.js'
import { writeManifest } from '../backup/write-manifest.js'
import { UsageError } from '../errors/usage-error.js'
import type { Member } from '../fleet/member.js'
import type { Selection } from '../fleet/selection.js'
import type { BackupReport, BackupRow } from '../report/backup-rows.js'
import type { ErrorReport } from '../report/error-report.js'
import { summarize } from '../report/fleet-report.js'
import { version } from '../version.js'
import type { BackupInit, BackupItem, BackupResult } from './backup-job.js'
import { crashReport } from './crash.js'
import { findUnchanged } from './find-unchanged.js'
import type { FleetContext } from './fleet-context.js'
import { KeptStamps } from './kept-stamps.js'
import type { RunControl } from './run-control.js'
import { runOnMembers } from './run-on-members.js'
import { scratchDirectory } from './scratch-directory.js'
import { select } from './select.js'
import { type EncryptOptions, encryptionFor, writeEncryption } from './set-encryption.js'
import { sinceOf } from './since-of.js'
import { storeSpecOf } from './store-of.js'
import { verifyObjects } from './verify-objects.js'

export interface BackupOptions extends Selection, Omit<RunControl, 'maxFailures'>, EncryptOptions {
  /** A directory or `s3://bucket/prefix`; the default is that of the configuration, `backups`. */
  out?: string
  /** The default is zstd. */
  compress?: Compression
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
  return (await makeSet(context, await select(context, options, { changing: false }), options))
    .report
}

/**
 * `backup` of these databases, whatever the options select.
 *
 * @returns also the keys of encrypted objects, by the names of their databases, for whoever compares with
 * their digests
 * @throws what `backup` throws
 */
export async function makeSet(
  context: FleetContext,
  members: readonly Member[],
  options: Omit<BackupOptions, keyof Selection>,
): Promise<{ report: BackupReport; fileKeys: ReadonlyMap<string, Uint8Array> }> {
  const began = performance.now()
  const startedAt = new Date()
  const compression = compressionOf(options.compress)
  const store = await openStore(await storeSpecOf(context, options.out))
  const encryption = await encryptionFor(context, store, options)
  const since = await sinceOf(store, options)
  const { set, startedSha256 } = await createSet(store, startedAt, {
    dbfleet: version,
    startedAt: startedAt.toISOString(),
    ...thisMaker(),
  })

  const aboutEncryption = encryption && (await writeEncryption(store, set, encryption))

  const run: BackupRun = {
    ...{ context, options, store, set, since, compression },
    recipients: encryption?.recipients ?? [],
    fileKeys: new Map(),
    stamps: new KeptStamps(),
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

interface BackupRun {
  context: FleetContext
  options: Omit<BackupOptions, keyof Selection>
  store: Store
  /** The set's name in it. */
  set: string
  /** The only set that unchanged databases are looked for in. */
  since: string | undefined
  compression: Compression
  recipients: string[]
  /** Of encrypted objects, by the names of their databases; they are forgotten with the run. */
  fileKeys: Map<string, Uint8Array>
  stamps: KeptStamps
}

/** An entry for each member, in their order: what an earlier set has, or what is made now. */
async function makeEntries(run: BackupRun, members: readonly Member[]): Promise<ManifestEntry[]> {
  const { options, store, set, compression, recipients, stamps } = run
  const unchanged = options.full
    ? new Map<Member, ManifestEntry>()
    : await findUnchanged(members, {
        store,
        set,
        ...(run.since !== undefined && { since: run.since }),
        stampOf: member => (isReadable(run, member) ? stamps.before(member) : undefined),
        recipients,
        serves: ({ proven }, object) =>
          (proven || options.prove === false) && object.compression === compression,
      })
  const made = await readAndProve(
    run,
    members.filter(member => !unchanged.has(member)),
  )
  const gone = await missingObjects(
    store,
    [...unchanged.values()].flatMap(({ object }) => object ?? []),
  )
  const again = members.filter(member => {
    const object = unchanged.get(member)?.object
    return object !== undefined && gone.has(object)
  })
  const remade = await readAndProve(run, again)
  return members.map(
    member => remade.get(member) ?? made.get(member) ?? (unchanged.get(member) as ManifestEntry),
  )
}

async function readAndProve(
  run: BackupRun,
  members: readonly Member[],
): Promise<Map<Member, ManifestEntry>> {
  if (members.length === 0) return new Map()
  const written = await writeObjects(run, members)
  const entries = run.options.prove === false ? written : await prove(run, written)
  return new Map(members.map((member, index) => [member, entries[index] as ManifestEntry]))
}

/** An entry for each member, in their order; none is proven yet. */
async function writeObjects(run: BackupRun, members: readonly Member[]): Promise<ManifestEntry[]> {
  const { context, options, store, set, compression, recipients, fileKeys, stamps } = run
  const readable = members.filter(member => isReadable(run, member))
  // Before the first is read: what is written from now on changes them.
  for (const member of readable) stamps.before(member)
  const ending = endingOf(compression, recipients.length > 0)
  const files = readable.map(({ name }) => `${OBJECTS}/${objectName(name)}${ending}`)
  const init: BackupInit = {
    store: store.spec,
    compression,
    recipients,
    busyTimeoutMs: options.busyTimeoutMs ?? context.config.busyTimeoutMs,
  }
  const results = await runOnMembers<BackupItem, BackupResult>(
    context,
    readable,
    {
      phase: 'backup',
      spec: { name: 'backup', init },
      item: (target, index) => ({ target, place: `${set}/${files[index] ?? ''}` }),
      crashed: message => ({ error: crashReport(message) }),
      reads: false,
      computes: true,
    },
    options,
  )
  const entries = new Map<string, ManifestEntry>()
  for (const [index, member] of readable.entries()) {
    const { name, url } = member
    const result = results[index]
    const file = files[index] ?? ''
    const atRest = isEncrypted(member) && { encryptedAtRest: true as const }
    const base = { name, url, proven: false, ...atRest }
    if (result !== undefined && 'object' in result) {
      const object = { file, ...result.object }
      if (result.fileKey !== undefined) fileKeys.set(name, result.fileKey)
      const stamp = stamps.after(member)
      const known = stamp === undefined ? base : { ...base, stamp }
      entries.set(name, { ...known, status: 'ok', object, ...result.content })
      continue
    }
    // An engine that died leaves its part of a file.
    await store.remove([`${set}/${file}`])
    entries.set(
      name,
      result === undefined
        ? { ...base, status: 'not-run' }
        : { ...base, status: 'failed', error: result.error },
    )
  }
  return members.map(({ name, url }) => entries.get(name) ?? { name, url, ...ENCRYPTED })
}

/** Restores each object into a database that is removed again. */
async function prove(
  { context, options, store, set, fileKeys }: BackupRun,
  entries: readonly ManifestEntry[],
): Promise<ManifestEntry[]> {
  const scratch = await scratchDirectory(store, set)
  const results = await verifyObjects(
    context,
    {
      ...{ store: store.spec, set, entries, scratch, phase: 'prove' },
      keysOf({ name }) {
        const fileKey = fileKeys.get(name)
        return fileKey && { fileKey }
      },
    },
    options,
  )
  await rm(scratch, { recursive: true, force: true })
  return entries.map((entry, index) => {
    const result = results[index]
    if (result === undefined) return entry
    if ('sound' in result) return { ...entry, proven: true }
    return { ...entry, status: 'failed', error: notProven(result.error) }
  })
}

function notProven({ message, ...error }: ErrorReport): ErrorReport {
  return { ...error, message: `it was written, but not proven: ${message}` }
}

const ENCRYPTED: Pick<ManifestEntry, 'status' | 'proven' | 'error'> = {
  status: 'failed',
  proven: false,
  error: {
    code: 'encrypted',
    message: 'the file is encrypted, and its object would not be',
    hint: 'Encrypt the set by --encrypt-to or a passphrase, or say --decrypt for one in the clear.',
  },
}

/** How many rows a user has is nobody's business who cannot open the object. */
function withoutSecrets(entry: ManifestEntry): ManifestEntry {
  return entry.object?.encryption === undefined ? entry : { ...entry, tables: [] }
}

function isReadable({ options, recipients }: BackupRun, member: Member): boolean {
  return recipients.length > 0 || options.decrypt === true || !isEncrypted(member)
}

function isEncrypted({ encryptionKey, server }: Member): boolean {
  return encryptionKey !== undefined && server === undefined
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
