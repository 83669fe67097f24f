/** What `init` did. Paths are relative to `directory`; those of directories end in `/`. */
export interface InitReport {
  /** Version of this document's format. */
  schema: 1
  command: 'init'
  /** Absolute path of the directory that was set up. */
  directory: string
  /** Paths that were written. */
  created: string[]
  /** Paths that existed before and were left as they were. */
  kept: string[]
}
