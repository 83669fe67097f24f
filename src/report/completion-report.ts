/** What `completion` returns. */
export interface CompletionReport {
  /** Version of this document's format. */
  schema: 1
  command: 'completion'
  shell: 'bash' | 'zsh' | 'fish'
  /** What the shell has to run. */
  script: string
}
