/** What `new` wrote. */
export interface NewReport {
  /** Version of this document's format. */
  schema: 1
  command: 'new'
  /** The migration's name, `<utc timestamp>_<name>`. */
  migration: string
  /** The template it was made from, or `null` when it is empty, to be filled in. */
  template: string | null
  /** Absolute paths of the files written. */
  files: string[]
  /** What the template put into it, one line each; empty without a template. */
  notes: string[]
}
