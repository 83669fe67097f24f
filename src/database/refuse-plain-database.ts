import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { REPLICA_SIDECAR } from './replica-sidecar.js'

/**
 * Tells an embedded replica, or the place for one, from a database of its own.
 *
 * @throws DbfleetError `not-a-replica`
 */
export async function refusePlainDatabase(path: string): Promise<void> {
  if (existsSync(path + REPLICA_SIDECAR)) return
  const size = await stat(path).then(
    stats => stats.size,
    () => 0,
  )
  if (size === 0) return
  throw new DbfleetError('not-a-replica', `${path} is a database of its own, not a replica`, {
    hint: `Nothing was touched. A replica has a file beside it whose name ends in ${REPLICA_SIDECAR}. Move this one away, or correct the path.`,
  })
}
