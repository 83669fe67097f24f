/** What `new` wrote. */
export interface NewReport {
  /** Version of this document's format. */
  schema: 1
  command: 'new'
  /** The migration's name, `<utc timestamp>_<name>`. */
  migration: string
  /** The template it was made from, or `null` when it is empty, to be filled in. */
  template: string | null
  /** Paths of the files written, relative to the working directory. */
  files: string[]
}
