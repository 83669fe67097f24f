import type { ObjectKeys } from '../../backup/object-keys.js'
import type { ErrorReport } from '../../report/error-report.js'
import type { RestoreRow } from '../../report/restore-rows.js'
import type { FleetContext } from '../members/fleet-context.js'
import type { RunControl } from '../members/run-control.js'
import { type Restoration, restoreInto } from '../restore/restore-into.js'
import { objectOf } from '../restore/restore-set.js'
import type { CarryOut } from '../runs/run-plan.js'
import type { FoundSet } from '../sets/find-set.js'
import { type KeyOptions, keysOf } from '../sets/keys-of.js'
import type { BackupUndo, SetRestorable } from './plan-from-backup.js'

/** What is known of a database without restoring it: that this was done, or why it is not. */
export type Known = 'done' | ErrorReport

interface Restoring {
  restorables: BackupUndo['restorables']
  /** What is not restored. */
  known?: ReadonlyMap<string, Known>
  options: RunControl & KeyOptions
  /** Gets, by name, where the databases are that were replaced. */
  kept: Map<string, string>
}

/**
 * Work on claimed databases that puts what backup sets hold in their place.
 *
 * @throws UsageError when the keys of a set are missing or wrong; nothing was touched
 */
export async function restoreClaims(
  context: FleetContext,
  { restorables, known, options, kept }: Restoring,
): Promise<CarryOut> {
  const keys = new Map<FoundSet, ObjectKeys | undefined>()
  for (const [found, rows] of bySet(restorables.values())) {
    const entries = rows.map(({ entry }) => entry)
    keys.set(found, await keysOf(context, found, entries, options))
  }
  return async (work, { total, find }) => {
    let before = 0
    const { onProgress, ...control } = options
    for (let rows = await work.next(); rows.length > 0; rows = await work.next()) {
      const taken = rows.flatMap(row => {
        const claimed = find(row)
        return claimed === undefined ? [] : [{ row, claimed }]
      })
      const begun = before
      const restoration = {
        ...control,
        force: true,
        ...(onProgress !== undefined && {
          onProgress: (progress: Parameters<typeof onProgress>[0]) =>
            onProgress({ ...progress, done: Math.min(begun + progress.done, total), total }),
        }),
      }
      const wanted = taken.flatMap(({ row }) => restorables.get(row.database) ?? [])
      const made = new Map<string, RestoreRow>()
      for (const [found, part] of bySet(wanted)) {
        const restorations = part.map(
          ({ member, entry }): Restoration => ({
            member,
            from: objectOf(found.set, entry, keys.get(found)),
          }),
        )
        const run = { context, options: restoration, migrations: [] }
        for (const row of await restoreInto(run, found.store.spec, restorations)) {
          made.set(row.name, row)
        }
      }
      for (const { row, claimed } of taken) {
        const said = known?.get(row.database)
        if (said !== undefined) {
          const names = [...claimed.names]
          await work.take(row, names, said === 'done' ? { done: names } : { done: [], error: said })
          continue
        }
        const result = made.get(row.database)
        if (result === undefined || result.status === 'not-run') continue
        if (result.kept !== null) kept.set(result.name, result.kept)
        const names = [...claimed.names]
        const { error } = result
        await work.take(row, names, error === undefined ? { done: names } : { done: [], error })
      }
      before += taken.length
    }
  }
}

function bySet(rows: Iterable<SetRestorable>): Map<FoundSet, SetRestorable[]> {
  const sets = new Map<FoundSet, SetRestorable[]>()
  for (const row of rows) {
    const part = sets.get(row.found)
    if (part === undefined) sets.set(row.found, [row])
    else part.push(row)
  }
  return sets
}
