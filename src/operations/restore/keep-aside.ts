import { readManifest } from '../../backup/read-manifest.js'
import { openStore } from '../../backup/store/open-store.js'
import type { Member } from '../../fleet/member.js'
import type { ErrorReport } from '../../report/error-report.js'
import { makeSet } from '../backup.js'
import type { FleetContext } from '../members/fleet-context.js'
import type { RunControl } from '../members/run-control.js'
import { storeSpecOf } from '../sets/store-of.js'

/** Where the content of a database is kept, and its digest; or why it is not. */
export type Kept =
  | { kept: string; digest: string; fileKey?: Uint8Array | undefined }
  | { error: ErrorReport }

/**
 * Makes a backup set of databases that are to be replaced on a server, where nothing can be renamed.
 * What is not proven to restore is not kept.
 *
 * @returns by name; nothing for those that were not reached
 */
export async function keepAside(
  context: FleetContext,
  members: readonly Member[],
  control: Pick<RunControl, 'signal' | 'kill' | 'jobs' | 'onProgress'>,
): Promise<Map<string, Kept>> {
  const { report, fileKeys } = await makeSet(context, members, control)
  const { set, databases } = report
  const store = await openStore(await storeSpecOf(context))
  const manifest = await readManifest(store, set.slice(set.lastIndexOf('/') + 1))
  const digests = new Map(manifest.databases.map(({ name, digest }) => [name, digest]))
  const outcomes = new Map<string, Kept>()
  for (const { name, proven, error } of databases) {
    const digest = digests.get(name)
    if (proven && digest !== undefined)
      outcomes.set(name, { kept: set, digest, fileKey: fileKeys.get(name) })
    else if (error !== undefined) {
      const message = `the old one could not be kept aside: ${error.message}`
      outcomes.set(name, { error: { ...error, message } })
    }
  }
  return outcomes
}
