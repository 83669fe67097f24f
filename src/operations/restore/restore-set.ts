import type { ManifestEntry } from '../../backup/manifest.js'
import type { ObjectKeys } from '../../backup/object-keys.js'
import { objectPlace } from '../../backup/object-place.js'
import { readManifest } from '../../backup/read-manifest.js'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import { UsageError } from '../../errors/usage-error.js'
import { selectMembers } from '../../fleet/selection.js'
import { findSet } from '../sets/find-set.js'
import { keysOf } from '../sets/keys-of.js'
import { refuseAhead } from './refuse-ahead.js'
import { restoreDestinations } from './restore-destinations.js'
import { failedRow, type RestorePlan, type RunRestore } from './restore-into.js'
import type { RestoreFrom } from './restore-job.js'

/**
 * What databases are to be made of a backup set.
 *
 * @param given a path, a name in the configured place, or `latest`
 */
export async function planSet(
  { context, options }: RunRestore,
  given: string,
): Promise<RestorePlan> {
  const { store, set } = await findSet(context, given)
  const { databases } = await readManifest(store, set)
  const selected = selectMembers(databases, options, { changing: true, whole: 'set' })
  refuseManyAs(selected, options.as)
  if (options.allowAhead !== true) await refuseAhead(context.config.migrations, selected)
  const names = selected.map(({ name }) => options.as ?? name)
  const keys = await keysOf(context, { store, set }, selected, options)
  const destinations = await restoreDestinations(context, names, options)

  const parts = selected.map((entry, index): RestorePlan['parts'][number] => {
    const destination = destinations[index]
    const problem = notInSet(entry)
    if (destination === undefined || destination instanceof DbfleetError) {
      return failedRow(names[index] ?? '', entry.url, problem ?? destination)
    }
    if (problem !== undefined) return failedRow(destination.name, destination.url, problem)
    const position = entry.ledger?.position ?? undefined
    return {
      member: destination,
      from: objectOf(set, entry, keys),
      ...(position !== undefined && { position }),
    }
  })
  return { from: store.locate(set), store: store.spec, parts }
}

function refuseManyAs(selected: readonly ManifestEntry[], as: string | undefined): void {
  if (as === undefined || selected.length === 1) return
  throw new UsageError('bad-options', `--as names one database, and these are ${selected.length}`, {
    hint: 'Nothing was restored. Add --db with the name of the one that is meant.',
  })
}

/** What a database of a set is made of; there is something of it in the set. */
export function objectOf(
  set: string,
  entry: ManifestEntry,
  keys: ObjectKeys | undefined,
): RestoreFrom {
  const { object, digest } = entry as Required<ManifestEntry>
  const opened = object.encryption !== undefined && keys !== undefined && { keys }
  return { object: { place: objectPlace(set, object), object, digest, ...opened } }
}

/** Why there is nothing to restore it from. */
export function notInSet({ object, error }: ManifestEntry): DbfleetError | undefined {
  if (object !== undefined) return undefined
  const why = error === undefined ? 'the backup was ended before it' : error.message
  return new DbfleetError('not-in-set', `nothing of it is in the set: ${why}`, {
    hint: 'Restore it from an earlier set.',
  })
}
