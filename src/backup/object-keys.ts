/** What opens encrypted objects. Plain data that goes to workers, in memory only; never printed. */
export interface ObjectKeys {
  /** Private keys of age: `AGE-SECRET-KEY-1…`. */
  identities?: readonly string[]
  /** That of one object, by whoever wrote it in this run. */
  fileKey?: Uint8Array
}
