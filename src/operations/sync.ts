import { startReplicationProxy } from '../database/remote/replication-proxy.js'
import { UsageError } from '../errors/usage-error.js'
import type { Member } from '../fleet/member.js'
import type { Selection } from '../fleet/selection.js'
import { summarize } from '../report/fleet-report.js'
import type { SyncReport, SyncRow } from '../report/sync-rows.js'
import { crashReport } from './members/crash.js'
import type { FleetContext } from './members/fleet-context.js'
import type { RunControl } from './members/run-control.js'
import { runOnMembers } from './members/run-on-members.js'
import { select } from './members/select.js'
import { survey } from './members/survey.js'
import type { SyncItem, SyncResult } from './members/sync-job.js'
import { noted, recordedRow } from './runs/noted-run.js'

export type SyncOptions = Selection & RunControl

/**
 * Brings the embedded replicas of the fleet up to date with their primaries, which are only read.
 *
 * @throws UsageError `no-replicas` when none is selected
 */
export async function sync(context: FleetContext, options: SyncOptions): Promise<SyncReport> {
  const began = performance.now()
  const members = (await select(context, options, { changing: false })).filter(isReplica)
  if (members.length === 0) {
    throw new UsageError('no-replicas', 'no database of these has an embedded replica', {
      hint: 'Give a listed database `url: "file:replica.db"` and `syncUrl`, or an sqld source `replicas: "replicas/{name}.db"`.',
    })
  }
  const { all, db, except, shard } = options
  return noted(context, async begin => {
    await begin({ verb: 'sync', options: { all, db, except, shard } }, members.length)
    const report = await syncMembers(context, members, { ...options, began })
    return {
      report,
      rows: report.databases.flatMap(row => recordedRow(row, { after: row.position })),
    }
  })
}

async function syncMembers(
  context: FleetContext,
  members: readonly Member[],
  { began, ...options }: RunControl & { began: number },
): Promise<SyncReport> {
  // Replication says little of what goes wrong; a request to the primary says why.
  const primaries = await survey(context, members, [], { ...options, mode: 'read' })
  const reachable = members.filter((_, index) => {
    const primary = primaries[index]
    return primary !== undefined && !('error' in primary)
  })
  await using proxy = await startReplicationProxy()
  const results = await runOnMembers<SyncItem, SyncResult>(
    context,
    reachable,
    {
      phase: 'sync',
      spec: { name: 'sync', init: { busyTimeoutMs: context.config.busyTimeoutMs } },
      lane: 'process',
      item(target) {
        if (!('endpoint' in target) || target.replica === undefined) throw new Error('no replica')
        return { target: target.replica, syncUrl: proxy.admit(target.endpoint) }
      },
      crashed: message => ({ error: crashReport(message) }),
      reads: false,
    },
    options,
  )
  const resultOf = new Map(reachable.map((member, index) => [member, results[index]]))
  const databases = members.map((member, index): SyncRow => {
    const primary = primaries[index]
    if (primary !== undefined && 'error' in primary) return row(member, primary)
    return row(member, resultOf.get(member))
  })
  return {
    schema: 1,
    command: 'sync',
    databases,
    summary: summarize(databases),
    durationMs: performance.now() - began,
    interrupted: options.signal?.aborted === true,
  }
}

function isReplica({ path, server }: Member): boolean {
  return path !== undefined && server !== undefined
}

function row({ name, path = '' }: Member, result: SyncResult | undefined): SyncRow {
  const unknown = { path, position: null, frame: null, framesSynced: 0 }
  if (result === undefined) return { name, status: 'not-run', ...unknown }
  if ('error' in result) return { name, status: 'failed', error: result.error, ...unknown }
  return { name, status: 'ok', path, ...result }
}
