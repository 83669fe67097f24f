import type { FileTarget } from '../../database/database.js'
import { createOpener } from '../../database/open-database.js'
import { type Synced, syncReplica } from '../../database/sync-replica.js'
import { readLedger } from '../../migrate/ledger.js'
import { type ErrorReport, reportError } from '../../report/error-report.js'
import type { Job } from '../../run/job.js'

export interface SyncInit {
  busyTimeoutMs: number
}

/** A replica, and where it fetches what it lacks. */
export interface SyncItem {
  target: FileTarget
  syncUrl: string
}

/** How far a replica has come, or why it has not. */
export type SyncResult = (Synced & { position: string | null }) | { error: ErrorReport }

/** Brings embedded replicas up to date. */
export async function syncJob({ busyTimeoutMs }: SyncInit): Promise<Job<SyncItem, SyncResult>> {
  const open = await createOpener('libsql')
  return {
    async run({ target, syncUrl }) {
      try {
        const synced = await syncReplica(target, syncUrl)
        await using db = await open(target, { mode: 'read', busyTimeoutMs })
        const position = (await readLedger(db)).at(-1)?.name ?? null
        return { result: { ...synced, position }, failed: false }
      } catch (error) {
        return { result: { error: reportError(error) }, failed: true }
      }
    },
  }
}
