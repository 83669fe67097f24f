/** How a store is opened, in this process or in a worker. May hold a secret: never printed. */
export type StoreSpec = DirectorySpec | S3Spec

export interface DirectorySpec {
  kind: 'directory'
  /** Absolute. */
  path: string
}

/** S3-compatible storage. What is left out comes from AWS's environment variables and profiles. */
export interface S3Spec {
  kind: 's3'
  bucket: string
  /** Without slashes at its ends; may be empty. */
  prefix: string
  /** `http:` or `https:`, for other services than AWS. */
  endpoint?: string
  region?: string
  /** Whether the bucket stands in the path of URLs, not in the host. */
  forcePathStyle?: boolean
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
}

/**
 * Where backup sets are kept, each under a name of its own. Names of files are relative to the store,
 * with `/` between their parts: `20260105T090000Z/databases/alice.sql.gz`.
 *
 * Errors are `DbfleetError`s that name what they are about.
 */
export interface Store {
  readonly spec: StoreSpec
  /** What messages and reports call it: an absolute path, or a URL without a secret. */
  readonly location: string

  /** What messages and reports call something in it. */
  locate(name: string): string

  /**
   * Takes a name that nothing has yet, by a first file below it.
   *
   * @param file `<name>/<file>`
   * @returns false when something has the name already
   */
  claim(file: string, content: Uint8Array): Promise<boolean>

  /**
   * Makes a new file that only its owner can read. When that fails, nothing is left of it; when the
   * process dies, a part may be. It need not survive a power cut until something is published after it.
   *
   * @throws what `pieces` throws; DbfleetError `exists`, `disk-full`, `readonly`, `io`, …
   */
  write(name: string, pieces: AsyncIterable<Uint8Array>): Promise<void>

  /**
   * Makes a new file that appears whole or not at all, after what was written before it is safe.
   *
   * @param after names of files that have to survive a power cut before this one appears
   */
  publish(name: string, content: Iterable<Uint8Array>, after: readonly string[]): Promise<void>

  /** @throws DbfleetError `object-missing`, `object-unreadable` */
  read(name: string): AsyncIterable<Uint8Array>

  /**
   * All files below a name, or of the whole store, in no order.
   *
   * @param under a name such as `20260105T090000Z`; nothing when there is none of that name
   */
  list(under?: string): AsyncIterable<StoredFile>

  /** The names of the first level: sets, and whatever else is kept there; in the order of their text. */
  names(): Promise<string[]>

  /** Removes files, and the directories that they leave empty; those that are gone already are no error. */
  remove(names: readonly string[]): Promise<void>
}

/** A file of a store. */
export interface StoredFile {
  name: string
  bytes: number
  /** When it was written, in milliseconds since 1970, by the store's own clock. */
  changedAt: number
}
