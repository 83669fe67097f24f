import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Config } from '../../config/config.js'
import { resolveSecret } from '../../config/secret.js'
import { type ErrorReport, reportError } from '../../report/error-report.js'
import { findingOfReport } from './finding-of.js'
import type { Findings } from './findings.js'
import { idOf, type NamedSecret } from './secrets-of.js'

/** What became of fetching the secrets, by `idOf`. */
export interface FetchedSecrets {
  values: ReadonlyMap<string, string>
  failures: ReadonlyMap<string, ErrorReport>
}

/** Fetches each secret once. */
export async function fetchSecrets(
  secrets: readonly NamedSecret[],
  { root }: Config,
): Promise<FetchedSecrets> {
  const values = new Map<string, string>()
  const failures = new Map<string, ErrorReport>()
  for (const { secret, place } of secrets) {
    try {
      values.set(idOf(secret), await resolveSecret(secret, place, { cwd: root }))
    } catch (error) {
      failures.set(idOf(secret), reportError(error))
    }
  }
  return { values, failures }
}

/**
 * Says which secrets cannot be fetched, and which can be by others.
 *
 * @param usersOf names of the databases that need it
 */
export async function checkSecrets(
  secrets: readonly NamedSecret[],
  { values, failures }: FetchedSecrets,
  { root }: Config,
  usersOf: (id: string) => readonly string[],
  findings: Findings,
): Promise<void> {
  for (const { secret } of secrets) {
    const id = idOf(secret)
    const failure = failures.get(id)
    const databases = usersOf(id)
    if (failure !== undefined) findings.add(findingOfReport(failure), { databases })
    if (values.has(id) && 'file' in secret) {
      await checkMode(resolve(root, secret.file), databases, findings)
    }
  }
}

/** What an error about a secret says after what it is for. */
export function whyIn(message: string): string {
  return message.slice(message.indexOf(': ') + 2)
}

async function checkMode(
  file: string,
  databases: readonly string[],
  findings: Findings,
): Promise<void> {
  if (process.platform === 'win32') return
  const stats = await stat(file).catch(() => undefined)
  // A pipe has the permissions of nothing that anyone could open.
  if (stats?.isFile() !== true || (stats.mode & 0o077) === 0) return
  findings.add(
    {
      code: 'secret-exposed',
      severity: 'warning',
      message: 'secret file that other users of this machine can open',
      hint: 'Run `chmod 600` on it, and think of a new secret.',
    },
    { subject: file, databases },
  )
}
