import type { Selection } from '../../fleet/selection.js'
import type { OpenFleetOptions } from '../fleet-config.js'
import type { RunControl } from '../members/run-control.js'

export type DoctorOptions = OpenFleetOptions &
  Selection &
  RunControl & {
    /** Lets SQLite look through each database, which reads all of it. */
    quickCheck?: boolean
  }
