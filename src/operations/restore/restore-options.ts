import type { Selection } from '../../fleet/selection.js'
import type { RunControl } from '../members/run-control.js'
import type { KeyOptions } from '../sets/keys-of.js'

export interface RestoreOptions
  extends Selection,
    Pick<RunControl, 'signal' | 'kill' | 'jobs' | 'busyTimeoutMs' | 'onProgress'>,
    KeyOptions {
  /** The name that the only database gets. */
  as?: string
  /** A directory that gets a file for each, or the URL of a database on a server; for a dump, a file. */
  to?: string
  /** Which source makes new ones: its number from 1, or its kind. The default: the first that can. */
  source?: string
  /** Puts the restored one in the place of one that is there, which is kept aside. */
  force?: boolean
  /** Applies what is pending before a database gets its name. */
  up?: boolean
  /** Restores also what has migrations that the repository lacks. */
  allowAhead?: boolean
}
