import type { Noted } from './fleet-report.js'

/** One backup set, and what becomes of it. */
export interface PruneRow {
  /** Its name in the place. */
  set: string
  /** When its backup began; UTC, ISO 8601. */
  startedAt: string
  /** True when it is removed. */
  removed: boolean
  /**
   * Why it is kept: `last`, `daily`, `weekly`, `monthly`, `within`; `future`, a time that is yet to come;
   * `last-copy`, the last proven copy of a database, or the last one of a database without a proven one.
   */
  reasons: string[]
  /** The databases that it is the last copy of, by name, if that keeps it. */
  lastCopyOf: string[]
  /** How many databases it has. */
  databases: number
  /** How many of them are proven. */
  proven: number
  /** The sizes of the objects that it holds itself, in bytes. */
  storedBytes: number
}

/** A set that has no manifest, since the backup that made it goes on, or ended before. */
export interface UnfinishedRow {
  set: string
  /** The machine it was begun on; `null` when it does not say. */
  host: string | null
  /**
   * `alive`: the backup goes on; `gone`: its process is not there any more; `unknown`: it is another
   * machine's; `abandoned`: so, and nothing was written to it for a week before the newest file.
   */
  state: 'alive' | 'gone' | 'unknown' | 'abandoned'
  removed: boolean
}

/** What `prune` returns. */
export interface PruneReport extends Noted {
  schema: 1
  command: 'prune'
  /** True when nothing was removed, and the report says what would be. */
  dryRun: boolean
  /** Where the sets are: an absolute path, or a URL. */
  place: string
  /** The newest first. */
  sets: PruneRow[]
  unfinished: UnfinishedRow[]
  /** Unfinished sets that may refer to any object, so that none was removed. */
  waitsFor: string[]
  /** How many objects no set refers to any more, that were removed. */
  removedObjects: number
  /** Their size. */
  removedBytes: number
  durationMs: number
}
