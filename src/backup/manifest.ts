import type { ErrorReport } from '../report/error-report.js'
import type { DatabaseStatus, Summary } from '../report/fleet-report.js'
import type { Compression } from './compression.js'
import type { ObjectFormat } from './object-format.js'

/** The file that makes a directory a backup set; it is written last. */
export const MANIFEST = 'manifest.json'
/** Its SHA-256, as `sha256sum --check` reads it. */
export const MANIFEST_SUM = 'manifest.json.sha256'
/** Says who began the set, and when; the first file of each. */
export const STARTED = 'started.json'
/** An identity, encrypted by a passphrase, that opens the objects. */
export const IDENTITY = 'identity.age'
/** Says that the set's manifest was removed, and that what is left belongs to other sets, if to any. */
export const PRUNED = 'pruned.json'
/** The directory of the objects. */
export const OBJECTS = 'databases'

export const FORMAT = 'dbfleet-backup-set'
/** Another version is another format; within one, fields may be added. */
export const FORMAT_VERSION = 1

/** What a backup set says of itself; specified in `docs/backup-format.md`. */
export interface Manifest {
  format: typeof FORMAT
  version: typeof FORMAT_VERSION
  /** The name of the set when it was made. */
  set: string
  /** The version of dbfleet that wrote it. */
  dbfleet: string
  /** UTC, ISO 8601. */
  startedAt: string
  finishedAt: string
  /** SHA-256 in hex of `started.json`, so that no file of the set is without one. */
  startedSha256: string
  /** True when every database that was asked for is in it. */
  complete: boolean
  summary: Summary & { proven: number }
  /** Absent when nothing in it is encrypted. */
  encryption?: SetEncryption
  databases: ManifestEntry[]
}

/** Who can open the objects of a set. */
export interface SetEncryption {
  scheme: 'age'
  /** Public keys. */
  recipients: string[]
  /** The file with the identity that a passphrase opens; absent without a passphrase. */
  identity?: { bytes: number; sha256: string }
}

/** One database that was to be in the set. */
export interface ManifestEntry extends Partial<ObjectContent> {
  name: string
  /** Where it was; never holds a secret. */
  url: string
  status: DatabaseStatus
  /** True when the object was read back, restored, and had the digest of what was read. */
  proven: boolean
  /** True for a database whose own file was encrypted. */
  encryptedAtRest?: true
  /** Absent when nothing of the database is in the set. */
  object?: StoredObject
  /**
   * Of the file when the object was made, where it is sure that a later write changes it; see
   * `src/operations/backup/kept-stamps.ts`. While the file has it, the object shows what the file holds.
   */
  stamp?: string
  error?: ErrorReport
}

/** One file of a set, and what its bytes are. */
export interface StoredObject {
  /** Relative to the set that holds it, with `/`. */
  file: string
  /** The name of the set beside this one that holds it; absent when it is this one. */
  set?: string
  /** Absent when it is SQL text. */
  format?: ObjectFormat
  /** Why it is an image although SQL text was asked for. */
  reason?: string
  compression: Compression
  /** Absent when it is not encrypted. */
  encryption?: 'age'
  /** Of an encrypted one, who can open it: `recipientsId`. */
  encryptedTo?: string
  /** As the file is; sizes are in bytes, hashes SHA-256 in hex. */
  storedBytes: number
  storedSha256: string
  /** As it was before it was compressed; the hash of an encrypted one is keyed: `keyedHash`. */
  rawBytes: number
  rawSha256: string
}

/** What the database held at the moment that the object shows. */
export interface ObjectContent {
  /** When the snapshot was taken; UTC, ISO 8601. */
  snapshotAt: string
  /**
   * See `digestBuilder`, or `pagesDigest` where SQL text cannot carry the content; that of an encrypted
   * object is keyed: `keyedDigest`.
   */
  digest: string
  /** SHA-256 in hex, equal for schemas without a difference; `null` when it cannot be read. */
  schemaFingerprint: string | null
  /** `null` when there is none that can be read. */
  ledger: { position: string | null; applied: number } | null
  /** The tables with rows of their own, in the order of their names; not told of an encrypted object. */
  tables: { name: string; rows: number }[]
  /** What whoever restores it should know. */
  remarks: string[]
}
