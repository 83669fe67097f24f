import type { StoreSpec } from '../../backup/store/store.js'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import type { Member } from '../../fleet/member.js'
import type { Migration } from '../../migrate/migration.js'
import { type ErrorReport, reportError } from '../../report/error-report.js'
import type { RestoreRow } from '../../report/restore-rows.js'
import { createProvisioners } from '../create/provisioners.js'
import { crashReport } from '../members/crash.js'
import type { FleetContext } from '../members/fleet-context.js'
import { runOnMembers } from '../members/run-on-members.js'
import { type Kept, keepAside } from './keep-aside.js'
import type { RestoreFrom, RestoreInit, RestoreItem, RestoreResult } from './restore-job.js'
import type { Replaced } from './restore-on-server.js'
import type { RestoreOptions } from './restore-options.js'

export interface RunRestore {
  context: FleetContext
  options: RestoreOptions
  /** What is applied to each; empty without `up`. */
  migrations: Migration[]
  /** Hears of each as soon as it is known what became of it. */
  take?: (restoration: Restoration, row: RestoreRow) => Promise<void>
}

/** A database that is to be made. */
export interface Restoration {
  member: Member
  from: RestoreFrom
  /** The newest migration that it has; absent when there is none, or it is not known. */
  position?: string
}

/** What is to be restored, and what cannot be. */
export interface RestorePlan {
  /** The set or the dump, as it is shown. */
  from: string
  /** Where objects are; `null` for dumps. */
  store: StoreSpec | null
  /** In the order of what was asked for: a row where it failed already. */
  parts: (Restoration | RestoreRow)[]
}

/**
 * Makes databases on the workers.
 *
 * @param store where objects are; `null` for dumps
 * @returns what became of each, in their order
 */
export async function restoreInto(
  run: RunRestore,
  store: StoreSpec | null,
  restorations: readonly Restoration[],
): Promise<RestoreRow[]> {
  const { options } = run
  // What is in the way on a server is no result yet.
  const first = options.force === true ? { ...run, take: unlessInTheWay(run.take) } : run
  const results = await runRestore(first, store, restorations)
  const replaced =
    options.force === true ? await replaceOnServers(run, store, restorations, results) : results
  return restorations.map(({ member }, index) => rowOf(member, replaced[index]))
}

function unlessInTheWay(take: RunRestore['take']): Required<RunRestore>['take'] {
  return async (restoration, row) => {
    const { server } = restoration.member
    if (server === undefined || row.error?.code !== 'exists') await take?.(restoration, row)
  }
}

/**
 * What is in the way on servers is backed up and then replaced; files are replaced by those that
 * made them.
 */
async function replaceOnServers(
  run: RunRestore,
  store: StoreSpec | null,
  restorations: readonly Restoration[],
  results: readonly (RestoreResult | undefined)[],
): Promise<(RestoreResult | undefined)[]> {
  const inTheWay = restorations.filter(({ member }, index) => {
    const result = results[index]
    const why = result !== undefined && 'error' in result ? result.error.code : undefined
    return member.server !== undefined && why === 'exists'
  })
  if (inTheWay.length === 0) return [...results]
  const members = inTheWay.map(({ member }) => member)
  const kept = await keepAside(run.context, members, run.options)
  const replaces = new Map<Restoration, Replaced & { kept: string }>()
  for (const restoration of inTheWay) {
    const old = kept.get(restoration.member.name)
    if (old !== undefined && 'digest' in old) replaces.set(restoration, old)
  }
  const became = new Map<Member, RestoreResult | undefined>()
  for (const restoration of inTheWay) {
    const { member } = restoration
    const result = notKept(kept.get(member.name))
    became.set(member, result)
    if (result !== undefined) await run.take?.(restoration, rowOf(member, result))
  }
  const again = await runRestore(run, store, [...replaces.keys()], replaces)
  for (const [index, [{ member }, { kept }]] of [...replaces].entries()) {
    const result = again[index]
    became.set(member, result !== undefined && 'rows' in result ? { ...result, kept } : result)
  }
  return restorations.map(({ member }, index) =>
    became.has(member) ? became.get(member) : results[index],
  )
}

function notKept(old: Kept | undefined): RestoreResult | undefined {
  return old !== undefined && 'error' in old ? { error: old.error } : undefined
}

async function runRestore(
  { context, options, migrations, take }: RunRestore,
  store: StoreSpec | null,
  restorations: readonly Restoration[],
  replaces: ReadonlyMap<Restoration, Replaced> = new Map(),
): Promise<(RestoreResult | undefined)[]> {
  const init: RestoreInit = {
    store,
    migrations,
    force: options.force === true,
    busyTimeoutMs: options.busyTimeoutMs ?? context.config.busyTimeoutMs,
  }
  const members = restorations.map(({ member }) => member)
  const provisionerOf = createProvisioners(context)
  const provisioners = await Promise.all(
    members.map(member => (member.server?.admin === undefined ? undefined : provisionerOf(member))),
  )
  return runOnMembers<RestoreItem, RestoreResult>(
    context,
    members,
    {
      phase: 'restore',
      spec: { name: 'restore', init },
      item: (target, index) => {
        const restoration = restorations[index] as Restoration
        const { from, member } = restoration
        const old = replaces.get(restoration)
        const provisioner = provisioners[index]
        return {
          target,
          from,
          url: member.url,
          ...(provisioner !== undefined && { provisioner }),
          ...(old !== undefined && {
            replaces: { digest: old.digest, fileKey: old.fileKey },
          }),
        }
      },
      crashed: message => ({ error: crashReport(message) }),
      reads: false,
      async deliver(index, result) {
        const restoration = restorations[index] as Restoration
        await take?.(restoration, rowOf(restoration.member, result))
        return result
      },
    },
    options,
  )
}

/** The row of a database that was not even tried. */
export function failedRow(name: string, url: string, error: unknown): RestoreRow {
  return {
    name,
    status: 'failed',
    error: reportOf(error),
    url,
    rows: 0,
    applied: [],
    kept: null,
    remarks: [],
  }
}

function reportOf(error: unknown): ErrorReport {
  if (error instanceof DbfleetError) return reportError(error)
  throw error
}

/** The row of a database that has come to this, or was not reached. */
export function rowOf(
  { name, url }: Pick<Member, 'name' | 'url'>,
  result: RestoreResult | undefined,
): RestoreRow {
  const made = { url, rows: 0, applied: [], kept: null, remarks: [] }
  if (result === undefined) return { name, status: 'not-run', ...made }
  if ('error' in result) return { name, status: 'failed', error: result.error, ...made }
  if ('there' in result) {
    const { applied } = result
    return { name, status: applied.length === 0 ? 'skipped' : 'ok', ...made, applied }
  }
  return { name, status: 'ok', ...made, ...result }
}
