import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createClient } from '@libsql/client'
import { DbfleetError } from '../errors/dbfleet-error.js'
import type { FileTarget } from './database.js'
import { databaseError } from './database-error.js'
import { makeDirectories } from './make-directories.js'
import { refusePlainDatabase } from './refuse-plain-database.js'

/** How far a replica has come. */
export interface Synced {
  /** The number of the newest frame that it has; frames are pages as transactions wrote them. */
  frame: number
  /** How many of them came with this sync. */
  framesSynced: number
}

/**
 * Brings an embedded replica up to date with its primary; makes the file, and its directory, when
 * there is none. Blocks the process while it lasts.
 *
 * @param syncUrl where the primary answers, with all that it asks for
 * @throws DbfleetError `not-a-replica` when the file is some other database; it is not touched
 */
export async function syncReplica(target: FileTarget, syncUrl: string): Promise<Synced> {
  await refusePlainDatabase(target.path)
  await makeDirectories(dirname(target.path))
  const { path, encryptionKey } = target
  const client = createClient({
    url: pathToFileURL(path).href,
    syncUrl,
    intMode: 'bigint',
    ...(encryptionKey !== undefined && { encryptionKey }),
  })
  try {
    const replicated = await client.sync()
    return { frame: replicated?.frame_no ?? 0, framesSynced: replicated?.frames_synced ?? 0 }
  } catch (error) {
    throw syncError(error, target)
  } finally {
    client.close()
  }
}

function syncError(error: unknown, target: FileTarget): DbfleetError {
  const message = error instanceof Error ? error.message : String(error)
  if (!/^(?:Replication|Injector|Meta)|PrimaryHandshakeTimeout|sync/i.test(message)) {
    return databaseError(error, target, 0)
  }
  return new DbfleetError(
    'sync-failed',
    `the replica could not be brought up to date: ${message}`,
    {
      hint: 'It stays as it was. If it goes on, remove the file and those beside it; the next sync makes it anew.',
      cause: error,
    },
  )
}
