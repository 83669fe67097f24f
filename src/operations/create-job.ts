import type { DatabaseTarget } from '../database/database.js'
import { Connections } from '../database/remote/connections.js'
import { createNamespace, deleteNamespace, type SqldAdmin } from '../database/remote/sqld-admin.js'
import type { Migration } from '../migrate/migration.js'
import { Migrator } from '../migrate/migrator.js'
import { type ErrorReport, reportError } from '../report/error-report.js'
import type { Job, Lane } from '../run/job.js'
import { version } from '../version.js'
import { openerOf } from './database-job.js'
import type { JobResources } from './job-resources.js'

export interface CreateInit {
  /** All migrations of the repository, in name order. */
  migrations: Migration[]
  busyTimeoutMs: number
}

/** A database that is to be made on a server. */
export interface CreateItem {
  target: DatabaseTarget
  admin: SqldAdmin
}

/** Makes databases on a server and migrates them; one that does not migrate is removed again. */
export async function createJob(
  { migrations, busyTimeoutMs }: CreateInit,
  lane: Lane,
  resources: JobResources,
): Promise<Job<CreateItem, 'made' | ErrorReport>> {
  const connections = resources.connections ?? new Connections()
  const open = await openerOf(lane, { connections })
  const migrator = new Migrator(migrations, version)
  const names = migrations.map(({ name }) => name)
  return {
    async run({ target, admin }) {
      const { name } = target
      try {
        await createNamespace(connections, admin, name)
        try {
          await using db = await open(target, { mode: 'write', busyTimeoutMs })
          await migrator.up(db, names, { mode: 'all', ledger: [] })
        } catch (error) {
          await deleteNamespace(connections, admin, name).catch(() => {})
          throw error
        }
        return { result: 'made', failed: false }
      } catch (error) {
        return { result: reportError(error), failed: true }
      }
    },
  }
}
