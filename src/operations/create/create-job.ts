import { Connections } from '../../database/remote/connections.js'
import type { Migration } from '../../migrate/migration.js'
import { Migrator } from '../../migrate/migrator.js'
import { type ErrorReport, reportError } from '../../report/error-report.js'
import type { Job, Lane } from '../../run/job.js'
import { version } from '../../version.js'
import { openerOf } from '../members/database-job.js'
import type { JobResources } from '../members/job-resources.js'
import type { Made } from './creation.js'
import { makeOnServer, type ToMake } from './make-on-server.js'

export interface CreateInit {
  /** All migrations of the repository, in name order. */
  migrations: Migration[]
  busyTimeoutMs: number
}

/** Makes databases on a server and migrates them; one that does not migrate is removed again. */
export async function createJob(
  { migrations, busyTimeoutMs }: CreateInit,
  lane: Lane,
  resources: JobResources,
): Promise<Job<ToMake, Made | ErrorReport>> {
  const connections = resources.connections ?? new Connections()
  const open = await openerOf(lane, { connections })
  const migrator = new Migrator(migrations, version)
  const names = migrations.map(({ name }) => name)
  return {
    async run(item) {
      const { name } = item.target
      try {
        const { url } = await makeOnServer(
          item,
          async target => {
            await using db = await open(target, { mode: 'write', busyTimeoutMs })
            await migrator.up(db, names, { mode: 'all', ledger: [] })
          },
          `It is there, and empty. \`dbfleet up --db ${name}\` migrates it, and \`dbfleet destroy ${name}\` removes it.`,
        )
        return { result: { url }, failed: false }
      } catch (error) {
        return { result: reportError(error), failed: true }
      }
    },
  }
}
