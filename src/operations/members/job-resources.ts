import type { Connections } from '../../database/remote/connections.js'

/** What a job gets in the main thread only. */
export interface JobResources {
  connections?: Connections
}
