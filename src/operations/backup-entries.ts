import { rm } from 'node:fs/promises'
import type { Compression } from '../backup/compression.js'
import { endingOf } from '../backup/compression.js'
import { type ManifestEntry, OBJECTS, type StoredObject } from '../backup/manifest.js'
import { missingObjects } from '../backup/missing-objects.js'
import type { ObjectFormat } from '../backup/object-format.js'
import { objectName } from '../backup/object-name.js'
import type { Store } from '../backup/store/store.js'
import type { Member } from '../fleet/member.js'
import type { BackupInit, BackupItem, BackupResult } from './backup-job.js'
import { crashReport } from './crash.js'
import { findUnchanged } from './find-unchanged.js'
import type { FleetContext } from './fleet-context.js'
import type { KeptStamps } from './kept-stamps.js'
import type { Proof } from './object-prover.js'
import type { RunControl } from './run-control.js'
import { runOnMembers } from './run-on-members.js'
import { scratchDirectory } from './scratch-directory.js'
import { verifyObjects } from './verify-objects.js'

/** As in `BackupOptions`. */
interface EntryOptions extends Omit<RunControl, 'maxFailures'> {
  prove?: boolean
  decrypt?: boolean
  full?: boolean
}

/** A backup under way. */
export interface BackupRun {
  context: FleetContext
  options: EntryOptions
  store: Store
  /** The set's name in it. */
  set: string
  /** The only set that unchanged databases are looked for in. */
  since: string | undefined
  compression: Compression
  /** What objects are to be. */
  format: ObjectFormat
  recipients: string[]
  /** Of encrypted objects, by the names of their databases; they are forgotten with the run. */
  fileKeys: Map<string, Uint8Array>
  stamps: KeptStamps
}

/** An entry for each member, in their order: what an earlier set has, or what is made now. */
export async function makeEntries(
  run: BackupRun,
  members: readonly Member[],
): Promise<ManifestEntry[]> {
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
          (proven || options.prove === false) &&
          object.compression === compression &&
          isWanted(run.format, object),
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
  const scratch = await scratchDirectory(run.store, run.set)
  const entries = await (async () => {
    try {
      const written = await writeObjects(run, scratch, members)
      if (run.options.prove === false) return written.map(({ entry }) => entry)
      const proven = await prove(run, scratch, written)
      return (await withImages(run, scratch, members, proven)).map(inWords)
    } finally {
      await rm(scratch, { recursive: true, force: true })
    }
  })()
  return new Map(members.map((member, index) => [member, entries[index] as ManifestEntry]))
}

/** In place of text that does not restore, the pages of the file. */
async function withImages(
  run: BackupRun,
  scratch: string,
  members: readonly Member[],
  entries: readonly ManifestEntry[],
): Promise<ManifestEntry[]> {
  const wrong = members.flatMap((member, index) => {
    const entry = entries[index]
    return entry !== undefined && needsImage(member, entry) ? [{ member, entry, index }] : []
  })
  if (wrong.length === 0) return [...entries]
  const written = await writeObjects(
    { ...run, format: 'image' },
    scratch,
    wrong.map(({ member }) => member),
  )
  const proven = await prove(run, scratch, written)
  const result = [...entries]
  for (const [at, { entry, index }] of wrong.entries()) {
    const image = proven[at]
    // Where the database itself is not sound, what was wrong with the text says more.
    const unwanted = image?.proven ? entry.object : image?.object
    if (unwanted !== undefined) await run.store.remove([`${run.set}/${unwanted.file}`])
    if (image?.proven !== true || image.object === undefined) continue
    const reason = `its SQL text does not restore: ${entry.error?.message ?? ''}`
    result[index] = { ...image, object: { ...image.object, reason } }
  }
  return result
}

/** What says that a text does not restore, and not that the disk or the object is bad. */
const NOT_RESTORED = new Set([
  'bad-dump',
  'not-proven',
  'not-carried',
  'constraint',
  'sql',
  'syntax',
])

function needsImage({ server, encryptionKey }: Member, { error, object }: ManifestEntry): boolean {
  if (server !== undefined || encryptionKey !== undefined) return false
  if (object === undefined || object.format === 'image') return false
  return error !== undefined && NOT_RESTORED.has(error.code)
}

/** An entry, and whether it is sure by now that its object is sound, or that it is not. */
interface WrittenEntry {
  entry: ManifestEntry
  isDecided: boolean
}

/** An entry for each member, in their order. */
async function writeObjects(
  run: BackupRun,
  scratch: string,
  members: readonly Member[],
): Promise<WrittenEntry[]> {
  const { context, options, store, set, compression, format, recipients, fileKeys, stamps } = run
  const readable = members.filter(member => isReadable(run, member))
  // Before the first is read: what is written from now on changes them.
  for (const member of readable) stamps.before(member)
  const fileOf = (name: string, made: ObjectFormat) =>
    `${OBJECTS}/${objectName(name)}${endingOf(made, compression, recipients.length > 0)}`
  const filesOf = (name: string) => ({ sql: fileOf(name, 'sql'), image: fileOf(name, 'image') })
  const init: BackupInit = {
    store: store.spec,
    set,
    compression,
    scratch,
    prove: options.prove !== false,
    recipients,
    busyTimeoutMs: options.busyTimeoutMs ?? context.config.busyTimeoutMs,
  }
  const results = await runOnMembers<BackupItem, BackupResult>(
    context,
    readable,
    {
      phase: 'backup',
      spec: { name: 'backup', init },
      item: target => ({ target, format, files: filesOf(target.name) }),
      crashed: message => ({ error: crashReport(message) }),
      reads: false,
      computes: true,
    },
    options,
  )
  const entries = new Map<string, WrittenEntry>()
  for (const [index, member] of readable.entries()) {
    const { name, url } = member
    const result = results[index]
    const atRest = isEncrypted(member) && { encryptedAtRest: true as const }
    const base = { name, url, proven: false, ...atRest }
    if (result !== undefined && 'object' in result) {
      const { object, content, fileKey, proof } = result
      if (fileKey !== undefined) fileKeys.set(name, fileKey)
      const stamp = stamps.after(member)
      const known = stamp === undefined ? base : { ...base, stamp }
      const entry: ManifestEntry = { ...known, status: 'ok', object, ...content }
      entries.set(name, { entry: withProof(entry, proof), isDecided: proof !== undefined })
      continue
    }
    // An engine that died leaves its part of a file.
    const { sql, image } = filesOf(name)
    const files = format === 'image' ? [image] : [sql, image]
    await store.remove(files.map(file => `${set}/${file}`))
    const entry: ManifestEntry =
      result === undefined
        ? { ...base, status: 'not-run' }
        : { ...base, status: 'failed', error: result.error }
    entries.set(name, { entry, isDecided: true })
  }
  return members.map(
    ({ name, url }) => entries.get(name) ?? { entry: { name, url, ...ENCRYPTED }, isDecided: true },
  )
}

/** An image that text was replaced by serves whoever wants text, and any image who wants one. */
function isWanted(format: ObjectFormat, object: StoredObject): boolean {
  const isImage = object.format === 'image'
  return format === 'image' ? isImage : !isImage || object.reason !== undefined
}

/** Restores each object that was not yet tried into a database that is removed again. */
async function prove(
  { context, options, store, set, fileKeys }: BackupRun,
  scratch: string,
  written: readonly WrittenEntry[],
): Promise<ManifestEntry[]> {
  const entries = written.flatMap(({ entry, isDecided }) => (isDecided ? [] : [entry]))
  const proofs = await verifyObjects(
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
  const proven = new Map(entries.map((entry, index) => [entry, withProof(entry, proofs[index])]))
  return written.map(({ entry }) => proven.get(entry) ?? entry)
}

function withProof(entry: ManifestEntry, proof: Proof | undefined): ManifestEntry {
  if (proof === undefined) return entry
  if ('sound' in proof) return { ...entry, proven: true }
  return { ...entry, status: 'failed', error: proof.error }
}

/** Says of what is in the set that it failed only when it was proven. */
function inWords(entry: ManifestEntry): ManifestEntry {
  const { error, object } = entry
  if (error === undefined || object === undefined) return entry
  const message = `it was written, but not proven: ${error.message}`
  return { ...entry, error: { ...error, message } }
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

function isReadable({ options, recipients }: BackupRun, member: Member): boolean {
  return recipients.length > 0 || options.decrypt === true || !isEncrypted(member)
}

function isEncrypted({ encryptionKey, server }: Member): boolean {
  return encryptionKey !== undefined && server === undefined
}
