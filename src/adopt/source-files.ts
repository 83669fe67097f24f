/** The files of a directory with migrations. */
export interface SourceFiles {
  /** Paths relative to the directory, with `/`, sorted; hidden files are left out. */
  readonly paths: readonly string[]
  /** The text of one of them. */
  read(path: string): Promise<string>
  /** Its bytes. */
  bytes(path: string): Promise<Uint8Array>
}
