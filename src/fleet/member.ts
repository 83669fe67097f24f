import type { Secret } from '../config/secret.js'

/** One database of the fleet, before anything was opened. Plain data; a fleet may have 100,000. */
export interface Member {
  /** Unique in the fleet. May hold any character, `/` and line breaks too, if it was not made here. */
  name: string
  /** Where it is, in the form that is shown: `file:` and the absolute path. Never holds a secret. */
  url: string
  /** Absolute path, when the database is a file. */
  path?: string
  /** Where a symbolic link leads, when the file was found through one. Absolute. */
  realPath?: string
  /** The label of its source, such as `files databases/*.db`. */
  source: string
  encryptionKey?: Secret
  /** Set when only libSQL's own engine can open it. */
  engine?: 'libsql'
}
