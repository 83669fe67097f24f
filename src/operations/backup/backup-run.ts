import type { Compression } from '../../backup/compression.js'
import type { ObjectFormat } from '../../backup/object-format.js'
import type { Store } from '../../backup/store/store.js'
import type { ReadyExecutors } from '../../run/ready-executors.js'
import type { FleetContext } from '../members/fleet-context.js'
import type { RunControl } from '../members/run-control.js'
import type { KeptStamps } from './kept-stamps.js'

/** As in `BackupOptions`. */
interface EntryOptions extends Omit<RunControl, 'maxFailures'> {
  prove?: boolean
  decrypt?: boolean
  full?: boolean
}

/** A backup under way. */
export interface BackupRun {
  context: FleetContext
  options: EntryOptions
  store: Store
  /** The set's name in it. */
  set: string
  /** The only set that unchanged databases are looked for in. */
  since: string | undefined
  compression: Compression
  /** What objects are to be. */
  format: ObjectFormat
  recipients: string[]
  /** Of encrypted objects, by the names of their databases; they are forgotten with the run. */
  fileKeys: Map<string, Uint8Array>
  stamps: KeptStamps
}

/** What is there while entries are made. */
export interface Making extends BackupRun {
  /** A directory for files that are removed again. */
  scratch: string
  ready: ReadyExecutors
}
