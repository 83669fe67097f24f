import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { UsageError } from '../errors/usage-error.js'
import { loadMigrations } from '../migrate/load-migrations.js'
import type { Migration } from '../migrate/migration.js'
import { preflight } from '../migrate/preflight.js'
import { summarize } from '../report/fleet-report.js'
import type { RestoreReport } from '../report/restore-rows.js'
import type { FleetContext } from './members/fleet-context.js'
import { planDump } from './restore/restore-dump.js'
import type { RunRestore } from './restore/restore-into.js'
import { restoreLeased } from './restore/restore-leased.js'
import type { RestoreOptions } from './restore/restore-options.js'
import { planSet } from './restore/restore-set.js'
import { withRun } from './runs/with-run.js'

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
  const plan = (await isDump(from)) ? await planDump(run, path) : await planSet(run, from)
  const { all, db, except, shard, as, to, source, force, up, allowAhead } = options
  const record = {
    verb: 'restore',
    options: { from: plan.from, all, db, except, shard, as, to, source, force, up, allowAhead },
    migrations: run.migrations,
  }
  return withRun(
    context,
    record,
    async journal => {
      const { rows, stopped } = await restoreLeased(run, plan, journal)
      return {
        schema: 1,
        command: 'restore',
        from: plan.from,
        ...(stopped !== undefined && { stopped }),
        databases: rows,
        summary: summarize(rows),
        durationMs: performance.now() - began,
        interrupted: options.signal?.aborted === true,
      }
    },
    // Without a configuration there is no place for a journal either.
    { isRecorded: context.sources.length > 0 },
  )
}

/** What is called like a dump is none that is not there. */
async function isDump(from: string): Promise<boolean> {
  if (from === '') return false
  const found = await stat(from).catch((error: NodeJS.ErrnoException) => error)
  if (!(found instanceof Error)) return !found.isDirectory()
  if (!/\.sql(\.gz|\.zst)?(\.age)?$/i.test(from)) return false
  throw new UsageError('dump-unreadable', `${from} is no dump that can be read: ${found.message}`, {
    hint: 'Name a file of SQL text, as `dbfleet dump` and `sqlite3 .dump` write it, or a backup set.',
    cause: found,
  })
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
