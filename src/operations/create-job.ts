import type { DatabaseTarget } from '../database/database.js'
import { Connections } from '../database/remote/connections.js'
import type { NewPlace, Provisioner } from '../database/remote/provisioner.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import type { Migration } from '../migrate/migration.js'
import { Migrator } from '../migrate/migrator.js'
import { type ErrorReport, reportError } from '../report/error-report.js'
import type { Job, Lane } from '../run/job.js'
import { version } from '../version.js'
import type { Made } from './creation.js'
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
  /** Where it is to be, as it is shown. */
  url: string
  provisioner: Provisioner
}

/** Makes databases on a server and migrates them; one that does not migrate is removed again. */
export async function createJob(
  { migrations, busyTimeoutMs }: CreateInit,
  lane: Lane,
  resources: JobResources,
): Promise<Job<CreateItem, Made | ErrorReport>> {
  const connections = resources.connections ?? new Connections()
  const open = await openerOf(lane, { connections })
  const migrator = new Migrator(migrations, version)
  const names = migrations.map(({ name }) => name)
  return {
    async run({ target, url, provisioner }) {
      const { name } = target
      try {
        const place = await provisioner.create(name)
        try {
          await using db = await open(movedTo(place, target), { mode: 'write', busyTimeoutMs })
          await migrator.up(db, names, { mode: 'all', ledger: [] })
        } catch (error) {
          await provisioner.remove(name).catch(left => {
            throw leftBehind(name, error, left)
          })
          throw error
        }
        return { result: { url: place?.shown ?? url }, failed: false }
      } catch (error) {
        return { result: reportError(error), failed: true }
      }
    },
  }
}

/** The server may have put it elsewhere than was thought, or only now knows where. */
function movedTo(place: NewPlace | undefined, target: DatabaseTarget): DatabaseTarget {
  if (place === undefined || 'path' in target) return target
  return { ...target, endpoint: { ...target.endpoint, url: place.url } }
}

/** It is there without its schema, which nobody would guess from why it was not migrated. */
function leftBehind(name: string, error: unknown, left: unknown): DbfleetError {
  const why = reportError(error)
  return new DbfleetError(
    why.code,
    `${why.message}; and it could not be removed again: ${reportError(left).message}`,
    {
      hint: `It is there, and empty. \`dbfleet up --db ${name}\` migrates it, and \`dbfleet destroy ${name}\` removes it.`,
      cause: error,
    },
  )
}
