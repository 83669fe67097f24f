import { loadIntoFile } from '../backup/load-into-file.js'
import { openDump } from '../backup/open-dump.js'
import type { FileTarget } from '../database/database.js'
import { placeFile } from '../database/place-file.js'
import { type ErrorReport, reportError } from '../report/error-report.js'
import type { Job, Lane } from '../run/job.js'
import { needsLibsql, openerOf } from './database-job.js'
import type { JobResources } from './job-resources.js'

export interface LoadInit {
  /** Absolute path of the dump. */
  dump: string
}

/** How many rows were loaded, or why none were. */
export type LoadResult = { rows: number } | { error: ErrorReport }

/** Makes databases of a dump, each whole or not at all. */
export async function loadJob(
  { dump }: LoadInit,
  lane: Lane,
  resources: JobResources,
): Promise<Job<FileTarget, LoadResult>> {
  const open = await openerOf(lane, resources)
  return {
    async run(target) {
      try {
        const rows = await placeFile(target.path, path =>
          loadIntoFile(open, { ...target, path }, openDump(dump)),
        )
        return { result: { rows }, failed: false }
      } catch (error) {
        if (lane === 'thread' && needsLibsql(error)) return { reroute: 'process' }
        return { result: { error: reportError(error) }, failed: true }
      }
    },
  }
}
