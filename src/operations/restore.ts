import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { UsageError } from '../errors/usage-error.js'
import type { Member } from '../fleet/member.js'
import { resolveFleet } from '../fleet/resolve-fleet.js'
import { summarize } from '../report/fleet-report.js'
import type { RestoreReport, RestoreRow } from '../report/restore-rows.js'
import { crashReport } from './crash.js'
import { creatingSource } from './creating-source.js'
import type { FleetContext } from './fleet-context.js'
import type { LoadInit, LoadResult } from './load-job.js'
import type { RunControl } from './run-control.js'
import { runOnMembers } from './run-on-members.js'

export interface RestoreOptions extends Pick<RunControl, 'signal' | 'kill' | 'onProgress'> {
  /** The new database's name; needed unless the fleet is one database. */
  as?: string
  /** Which source makes it: its number from 1, or its kind. The default: the first that can. */
  source?: string
}

/**
 * Makes a new database of a dump. It is written beside its place and named when it is whole; an
 * existing one is never touched.
 *
 * @param from path of the dump
 * @throws UsageError when the dump cannot be read or it is not said where the database goes
 */
export async function restore(
  context: FleetContext,
  from: string,
  options: RestoreOptions = {},
): Promise<RestoreReport> {
  const began = performance.now()
  const path = await readableFile(from)
  const member = await destination(context, options)
  if (member.server !== undefined) {
    throw new UsageError('cannot-restore', `${member.name} is on a server: ${member.url}`, {
      hint: 'Nothing was restored. This version restores into files.',
    })
  }
  const init: LoadInit = { dump: path }
  const [result] = await runOnMembers<unknown, LoadResult>(
    context,
    [member],
    {
      phase: 'restore',
      spec: { name: 'load', init },
      item: target => target,
      crashed: message => ({ error: crashReport(message) }),
      reads: false,
    },
    options,
  )
  const row = rowOf(member, result)
  return {
    schema: 1,
    command: 'restore',
    from: path,
    databases: [row],
    summary: summarize([row]),
    durationMs: performance.now() - began,
    interrupted: options.signal?.aborted === true,
  }
}

function rowOf({ name, url }: Member, result: LoadResult | undefined): RestoreRow {
  if (result === undefined) return { name, status: 'not-run', url, rows: 0 }
  return 'error' in result
    ? { name, status: 'failed', error: result.error, url, rows: 0 }
    : { name, status: 'ok', url, rows: result.rows }
}

async function readableFile(from: string): Promise<string> {
  const path = resolve(from)
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error)
  if (!(found instanceof Error) && !found.isDirectory()) return path
  const why = found instanceof Error ? found.message : 'it is a directory'
  throw new UsageError('dump-unreadable', `${from} is no dump that can be read: ${why}`, {
    hint: 'Name a file of SQL text, as `dbfleet dump` and `sqlite3 .dump` write it.',
  })
}

/** A database that the fleet names but that does not exist yet, or one that a source can make. */
async function destination(
  { config, sources }: FleetContext,
  { as, source }: RestoreOptions,
): Promise<Member> {
  const members = await resolveFleet(sources, { root: config.root, required: false })
  const [only, another] = members
  if (as === undefined) {
    if (only !== undefined && another === undefined) return only
    throw new UsageError('name-needed', 'it is not said what the database is to be called', {
      hint: 'Say --as <name> for a database of the fleet, or --to <path> for any file.',
    })
  }
  return members.find(({ name }) => name === as) ?? creatingSource(sources, source).locate(as)
}
