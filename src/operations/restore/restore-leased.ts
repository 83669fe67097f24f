import type { Journal } from '../../control/journal.js'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import { resolveFleet } from '../../fleet/resolve-fleet.js'
import type { ErrorReport } from '../../report/error-report.js'
import type { RestoreRow } from '../../report/restore-rows.js'
import { failedAlready, type Handled, onLeased } from '../runs/leased-work.js'
import {
  type Restoration,
  type RestorePlan,
  type RunRestore,
  restoreInto,
  rowOf,
} from './restore-into.js'

/**
 * Restores databases while nobody else may work on them.
 *
 * @returns a row for each part of the plan, in their order
 */
export async function restoreLeased(
  run: RunRestore,
  { store, parts }: RestorePlan,
  journal: Journal,
): Promise<{ rows: RestoreRow[]; stopped?: ErrorReport }> {
  const { context, options } = run
  const items = parts.flatMap(part => ('member' in part ? [part] : []))
  const failed = parts.flatMap(part => ('member' in part ? [] : [part]))
  const nameOf = await leaseNames(run)
  const rows = new Map<Restoration, RestoreRow>()
  const { refused, stopped } = await onLeased(
    context,
    journal,
    {
      items,
      nameOf: ({ member }) => nameOf(member),
      total: parts.length,
      settled: failedAlready(failed.map(row => ({ ...row, name: nameOf(row) }))),
      async act(claimed, take, signal) {
        const made = await restoreInto(
          {
            ...run,
            options: { ...options, signal },
            take: (restoration, row) => take(restoration, handledOf(restoration, row)),
          },
          store,
          claimed,
        )
        for (const [index, restoration] of claimed.entries()) {
          const row = made[index]
          if (row !== undefined) rows.set(restoration, row)
        }
      },
    },
    options,
  )
  return {
    rows: parts.map(part => {
      if (!('member' in part)) return part
      const { member } = part
      const error = refused.get(nameOf(member))
      return rows.get(part) ?? rowOf(member, error && { error })
    }),
    ...(stopped !== undefined && { stopped }),
  }
}

function handledOf({ position }: Restoration, { status, error, applied }: RestoreRow): Handled {
  if (error !== undefined) return { error }
  return { isSkipped: status === 'skipped', after: applied.at(-1) ?? position }
}

/**
 * What leases are on: names of the fleet, and the places of what is restored outside of it, which may have
 * the name of a database that others work on.
 */
async function leaseNames({
  context: { config, sources },
  options: { to },
}: RunRestore): Promise<(of: { name: string; url: string }) => string> {
  if (to === undefined) return ({ name }) => name
  const members = await resolveFleet(sources, { root: config.root, required: false }).catch(
    error => {
      // It is not needed for what is restored elsewhere.
      if (error instanceof DbfleetError) return []
      throw error
    },
  )
  const names = new Map(members.map(({ url, name }) => [url, name]))
  return ({ url }) => names.get(url) ?? url
}
