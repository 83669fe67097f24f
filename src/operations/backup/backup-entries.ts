import { rm } from 'node:fs/promises'
import type { ManifestEntry, StoredObject } from '../../backup/manifest.js'
import { missingObjects } from '../../backup/missing-objects.js'
import type { ObjectFormat } from '../../backup/object-format.js'
import type { Member } from '../../fleet/member.js'
import { startEarly } from '../members/run-on-members.js'
import type { BackupRun, Making } from './backup-run.js'
import { findUnchanged } from './find-unchanged.js'
import { proveEntries } from './prove-entries.js'
import { scratchDirectory } from './scratch-directory.js'
import { isReadable, jobOf, writeEntries } from './write-entries.js'

/** An entry for each member, in their order: what an earlier set has, or what is made now. */
export async function makeEntries(
  run: BackupRun,
  members: readonly Member[],
): Promise<ManifestEntry[]> {
  const scratch = await scratchDirectory(run.store, run.set)
  try {
    const spec = jobOf(run, scratch)
    await using ready = await startEarly(run.context, members, spec, run.options)
    return await keepOrMake({ ...run, scratch, ready }, members)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** In milliseconds; an object that was there before so long is looked at once more. */
const SOON = 5000

async function keepOrMake(run: Making, members: readonly Member[]): Promise<ManifestEntry[]> {
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
  const kept = [...unchanged.values()].flatMap(({ object }) => object ?? [])
  const began = performance.now()
  const reading = readAndProve(
    run,
    members.filter(member => !unchanged.has(member)),
  )
  // While others read, this thread has time.
  const [early] = await Promise.allSettled([missingObjects(store, kept), reading])
  const made = await reading
  const isLate = early.status === 'rejected' || performance.now() - began > SOON
  const gone = isLate ? await missingObjects(store, kept) : early.value
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
  run: Making,
  members: readonly Member[],
): Promise<Map<Member, ManifestEntry>> {
  if (members.length === 0) return new Map()
  const entries = await entriesOf()
  return new Map(members.map((member, index) => [member, entries[index] as ManifestEntry]))

  async function entriesOf(): Promise<ManifestEntry[]> {
    const written = await writeEntries(run, members)
    if (run.options.prove === false) return written.map(({ entry }) => entry)
    const proven = await proveEntries(run, written)
    return (await withImages(run, members, proven)).map(inWords)
  }
}

/** In place of text that does not restore, the pages of the file. */
async function withImages(
  run: Making,
  members: readonly Member[],
  entries: readonly ManifestEntry[],
): Promise<ManifestEntry[]> {
  const wrong = members.flatMap((member, index) => {
    const entry = entries[index]
    return entry !== undefined && needsImage(member, entry) ? [{ member, entry, index }] : []
  })
  if (wrong.length === 0) return [...entries]
  const written = await writeEntries(
    { ...run, format: 'image' },
    wrong.map(({ member }) => member),
  )
  const proven = await proveEntries(run, written)
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

/** An image that text was replaced by serves whoever wants text, and any image who wants one. */
function isWanted(format: ObjectFormat, object: StoredObject): boolean {
  const isImage = object.format === 'image'
  return format === 'image' ? isImage : !isImage || object.reason !== undefined
}

/** Says of what is in the set that it failed only when it was proven. */
function inWords(entry: ManifestEntry): ManifestEntry {
  const { error, object } = entry
  if (error === undefined || object === undefined) return entry
  const message = `it was written, but not proven: ${error.message}`
  return { ...entry, error: { ...error, message } }
}
