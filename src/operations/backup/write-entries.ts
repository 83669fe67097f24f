import { endingOf } from '../../backup/compression.js'
import { type ManifestEntry, OBJECTS } from '../../backup/manifest.js'
import type { ObjectFormat } from '../../backup/object-format.js'
import { objectName } from '../../backup/object-name.js'
import type { Member } from '../../fleet/member.js'
import { crashReport } from '../members/crash.js'
import { runOnMembers } from '../members/run-on-members.js'
import type { BackupInit, BackupItem, BackupResult } from './backup-job.js'
import type { BackupRun, Making } from './backup-run.js'
import { type WrittenEntry, withProof } from './prove-entries.js'

/** An entry for each member, in their order. */
export async function writeEntries(
  run: Making,
  members: readonly Member[],
): Promise<WrittenEntry[]> {
  const { context, options, store, set, compression, format, recipients, fileKeys, stamps } = run
  const { scratch, ready } = run
  const readable = members.filter(member => isReadable(run, member))
  // Before the first is read: what is written from now on changes them.
  for (const member of readable) stamps.before(member)
  const fileOf = (name: string, made: ObjectFormat) =>
    `${OBJECTS}/${objectName(name)}${endingOf(made, compression, recipients.length > 0)}`
  const filesOf = (name: string) => ({ sql: fileOf(name, 'sql'), image: fileOf(name, 'image') })
  const results = await runOnMembers<BackupItem, BackupResult>(
    context,
    readable,
    {
      phase: 'backup',
      spec: jobOf(run, scratch),
      item: target => ({ target, format, files: filesOf(target.name) }),
      crashed: message => ({ error: crashReport(message) }),
      reads: false,
      computes: true,
      ready,
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

/** The job that writes them; it is the same for all of a backup. */
export function jobOf(
  { context, options, store, set, compression, recipients }: BackupRun,
  scratch: string,
): { name: string; init: BackupInit } {
  const init: BackupInit = {
    store: store.spec,
    set,
    compression,
    scratch,
    prove: options.prove !== false,
    recipients,
    busyTimeoutMs: options.busyTimeoutMs ?? context.config.busyTimeoutMs,
  }
  return { name: 'backup', init }
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

/** Whether the set may hold it. */
export function isReadable({ options, recipients }: BackupRun, member: Member): boolean {
  return recipients.length > 0 || options.decrypt === true || !isEncrypted(member)
}

function isEncrypted({ encryptionKey, server }: Member): boolean {
  return encryptionKey !== undefined && server === undefined
}
