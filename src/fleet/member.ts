import type { Secret } from '../config/secret.js'

/** Where a database on a server is, and where the token is that opens it. */
export interface ServerAddress {
  /** `http:`, `https:`, `ws:` or `wss:`, host and port, perhaps a path; no slash at its end. */
  url: string
  /** Named in a header; without it the host's name decides. */
  namespace?: string
  authToken?: Secret
  /** Absent where databases cannot be made or removed. */
  admin?: AdminAddress
}

/** Where databases of a server are made and removed. */
export interface AdminAddress {
  /** The admin API of sqld; no slash at its end. */
  url: string
  key?: Secret
}

/** One database of the fleet, before anything was opened. Plain data; a fleet may have 100,000. */
export interface Member {
  /** Unique in the fleet. May hold any character, `/` and line breaks too, if it was not made here. */
  name: string
  /**
   * Where it is, in the form that is shown: `file:` and the absolute path, or the server's URL, with
   * `#` and the namespace. Never holds a secret.
   */
  url: string
  /** Absolute path, when the database is a file. */
  path?: string
  /** Where a symbolic link leads, when the file was found through one. Absolute. */
  realPath?: string
  /** The label of its source, such as `files databases/*.db`. */
  source: string
  /** Set when the database is on a server; it has no path then. */
  server?: ServerAddress
  encryptionKey?: Secret
  /** Set when only libSQL's own engine can open it. */
  engine?: 'libsql'
}
