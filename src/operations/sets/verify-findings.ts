import type { Manifest, ManifestEntry } from '../../backup/manifest.js'
import type { SetFiles } from '../../backup/set-files.js'
import type { Finding } from '../../report/check-report.js'
import type { VerifyRow } from '../../report/verify-report.js'

/**
 * What there is to say of a set besides its manifest: files that do not belong to it, and databases
 * that it does not hold whole, those of one kind together.
 *
 * @param rows what became of those that were looked at
 */
export async function findingsOf(
  manifest: Manifest,
  files: SetFiles,
  rows: readonly VerifyRow[],
): Promise<Finding[]> {
  const { databases } = manifest
  const started = await files.problemOfStarted(manifest)
  const identity = await files.problemOfIdentity(manifest)
  const entryOf = new Map(databases.map(entry => [entry.name, entry]))
  return [
    ...(started === undefined ? [] : [error('started-damaged', started, { hint: EDITED })]),
    ...(identity === undefined ? [] : [error('identity-damaged', identity, { hint: LOCKED })]),
    ...files.extra(manifest).map(file =>
      error('extra-file', 'neither the manifest nor the format names this file', {
        file,
        hint: 'Look where it comes from, and move it away.',
      }),
    ),
    ...notInSet(rows, entryOf),
    ...neverProven(rows),
    ...failures(rows),
  ]
}

const LOCKED =
  'The passphrase opens nothing of the set without it. Other sets of that place may have the same one.'
const EDITED = 'It was changed after the backup; what it says is not to be relied on.'

/** Said of all databases that failed in one way; each has its own words among the databases. */
function failures(rows: readonly VerifyRow[]): Finding[] {
  const byCode = new Map<string, string[]>()
  for (const { name, error } of rows) {
    if (error === undefined) continue
    const names = byCode.get(error.code) ?? []
    byCode.set(error.code, names)
    names.push(name)
  }
  return [...byCode].map(([code, databases]) =>
    error(code, `what is kept of ${whose(databases)} does not restore`, { databases }),
  )
}

function notInSet(
  rows: readonly VerifyRow[],
  entryOf: ReadonlyMap<string, ManifestEntry>,
): Finding[] {
  const absent = rows.filter(({ object }) => object === null)
  if (absent.length === 0) return []
  const failed = absent.filter(({ name }) => entryOf.get(name)?.status === 'failed')
  const why = failed.length === absent.length ? 'its backup failed' : 'the backup was ended early'
  return [
    {
      code: 'not-in-set',
      severity: 'warning',
      message:
        absent.length === 1
          ? `nothing of it is in the set: ${why}`
          : 'nothing of them is in the set: their backup failed, or was ended early',
      databases: absent.map(({ name }) => name),
      hint: 'The manifest says why. Back them up again, or keep an earlier set.',
    },
  ]
}

function neverProven(rows: readonly VerifyRow[]): Finding[] {
  const databases = rows
    .filter(row => !row.proven && row.object !== null && row.looked !== 'restored')
    .filter(({ error }) => error === undefined)
    .map(({ name }) => name)
  if (databases.length === 0) return []
  return [
    {
      code: 'unproven',
      severity: 'warning',
      message: 'never restored to see that it is right',
      databases,
      hint: '`dbfleet verify --restore` does that now.',
    },
  ]
}

function whose(databases: readonly string[]): string {
  return databases.length === 1 ? 'the database' : `${databases.length} databases`
}

function error(
  code: string,
  message: string,
  { databases = [], ...more }: Partial<Pick<Finding, 'databases' | 'file' | 'hint'>>,
): Finding {
  return { code, severity: 'error', message, databases, ...more }
}
