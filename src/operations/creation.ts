import type { ErrorReport } from '../report/error-report.js'
import type { RunControl } from './run-control.js'

export interface CreateOptions extends Pick<RunControl, 'signal' | 'kill' | 'onProgress'> {
  /** Which source makes them: its number from 1, or its kind. The default: the first that can. */
  source?: string
}

/** What became of a database that was to be made; undefined when the run was ended before. */
export type Creation = 'made' | ErrorReport | undefined
