import { engineVersion } from '../../database/engine-version.js'
import type { Job, Lane } from '../../run/job.js'
import { engineOf } from './database-job.js'

/** The version of SQLite in the engine of a lane; undefined where it does not load. */
export type EngineResult = string | undefined

/** Finds out whether the engine of a lane loads; a worker of its own, since it may abort. */
export async function engineJob(lane: Lane): Promise<Job<null, EngineResult>> {
  return {
    async run() {
      const engine = engineOf(lane)
      if (engine === 'remote') return { result: undefined, failed: true }
      const result = await engineVersion(engine).catch(() => undefined)
      return { result, failed: result === undefined }
    },
  }
}
