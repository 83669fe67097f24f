import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Config } from '../../config/config.js'
import { loadMigrations } from '../../migrate/load-migrations.js'
import type { Migration } from '../../migrate/migration.js'
import { findingOf } from './finding-of.js'
import type { Findings } from './findings.js'

/** The migrations; undefined when they cannot be read, which is a finding. */
export async function checkMigrations(
  { migrations }: Config,
  findings: Findings,
): Promise<Migration[] | undefined> {
  try {
    return await loadMigrations(migrations)
  } catch (error) {
    findings.add(findingOf(error))
    return undefined
  }
}

/** Whether backup sets can be written where the configuration wants them. */
export async function checkBackups({ backups }: Config, findings: Findings): Promise<void> {
  const add = (message: string, hint: string) =>
    findings.add({ code: 'backups-unwritable', severity: 'error', message, hint })
  // Whether storage can be written only a request would tell, and doctor makes none unasked.
  if (/^s3:/i.test(backups)) return
  const found = await nearest(backups)
  if (found === undefined) return
  const { path, isDirectory } = found
  if (!isDirectory) {
    const what = path === backups ? 'is not a directory' : `cannot be made: ${path} is a file`
    add(`${backups} ${what}`, 'Set `backups` in the configuration, or move that file away.')
  } else if (!(await isWritable(path))) {
    const what = path === backups ? 'cannot be written' : `cannot be made in ${path}`
    add(`${backups} ${what}`, 'Give this user write permission, or set `backups` elsewhere.')
  }
}

export async function isWritable(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
    () => true,
    () => false,
  )
}

/** What is there of a path: itself, or the nearest of those above it. */
async function nearest(path: string): Promise<{ path: string; isDirectory: boolean } | undefined> {
  for (let at = path; ; at = dirname(at)) {
    const stats = await stat(at).catch(() => undefined)
    if (stats !== undefined) return { path: at, isDirectory: stats.isDirectory() }
    if (dirname(at) === at) return undefined
  }
}
