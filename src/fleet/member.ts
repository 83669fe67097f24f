import type { Secret } from '../config/secret.js'
import type { TursoAccount } from '../turso/turso-account.js'

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
export type AdminAddress = SqldAdminAddress | TursoAddress

/** The admin API of a self-hosted sqld. */
export interface SqldAdminAddress {
  kind: 'sqld'
  /** No slash at its end. */
  url: string
  key?: Secret
}

/** An organization on Turso Cloud; its API also makes the tokens that open its databases. */
export interface TursoAddress extends TursoAccount {
  kind: 'turso'
  /** That of the database; absent where it is not known. */
  group?: string
  /** True when the database was put away because nobody used it. */
  archived: boolean
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
  /** Absolute path, when the database is a file, or that of its embedded replica. */
  path?: string
  /** Where a symbolic link leads, when the file was found through one. Absolute. */
  realPath?: string
  /** The label of its source, such as `files databases/*.db`. */
  source: string
  /** Set when the database is on a server; a `path` is then that of its replica. */
  server?: ServerAddress
  encryptionKey?: Secret
  /** Set when only libSQL's own engine can open it. */
  engine?: 'libsql'
}
