import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { UsageError } from '../errors/usage-error.js'
import type { Selection } from '../fleet/selection.js'
import { loadMigrations } from '../migrate/load-migrations.js'
import type { Migration } from '../migrate/migration.js'
import { preflight } from '../migrate/preflight.js'
import { summarize } from '../report/fleet-report.js'
import type { RestoreReport } from '../report/restore-rows.js'
import type { FleetContext } from './fleet-context.js'
import { restoreDump } from './restore-dump.js'
import type { RunRestore } from './restore-into.js'
import { restoreSet } from './restore-set.js'
import type { RunControl } from './run-control.js'

export interface RestoreOptions
  extends Selection,
    Pick<RunControl, 'signal' | 'kill' | 'jobs' | 'busyTimeoutMs' | 'onProgress'> {
  /** The name that the only database gets. */
  as?: string
  /** A directory that gets a file for each, or the URL of a database on a server; for a dump, a file. */
  to?: string
  /** Which source makes new ones: its number from 1, or its kind. The default: the first that can. */
  source?: string
  /** Puts the restored one in the place of one that is there, which is kept aside. */
  force?: boolean
  /** Applies what is pending before a database gets its name. */
  up?: boolean
  /** Restores also what has migrations that the repository lacks. */
  allowAhead?: boolean
}

/**
 * Makes databases of a backup set, or one of a dump. Each is written beside its place, compared with
 * what was backed up, and gets its name when it is whole; one that is there is left alone, unless
 * `force` says otherwise. What holds the same already is skipped, so that a run can be repeated.
 *
 * @param from path of a dump, or a set: its path, its name in the configured place, or `latest`
 * @throws UsageError when there is no such thing, or it is not said where to; nothing was touched
 */
export async function restore(
  context: FleetContext,
  from: string,
  options: RestoreOptions = {},
): Promise<RestoreReport> {
  const began = performance.now()
  const run: RunRestore = { context, options, migrations: await migrationsFor(context, options) }
  const path = resolve(from)
  const isFile = from !== '' && (await stat(path).then(isNoDirectory, () => false))
  const restored = isFile ? await restoreDump(run, path) : await restoreSet(run, from)
  return {
    schema: 1,
    command: 'restore',
    from: restored.from,
    databases: restored.rows,
    summary: summarize(restored.rows),
    durationMs: performance.now() - began,
    interrupted: options.signal?.aborted === true,
  }
}

function isNoDirectory(found: { isDirectory(): boolean }): boolean {
  return !found.isDirectory()
}

async function migrationsFor(
  { config }: FleetContext,
  { up, as, db = [] }: RestoreOptions,
): Promise<Migration[]> {
  if (as !== undefined && db.length > 1) {
    throw new UsageError('bad-options', '--as names one database, and --db several', {
      hint: 'Nothing was restored. Restore one after another.',
    })
  }
  if (up !== true) return []
  const migrations = await loadMigrations(config.migrations)
  await preflight(migrations, ['up'])
  return migrations
}
