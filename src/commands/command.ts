import type { Command } from 'commander'
import type { Reporter } from '../output/reporter.js'
import type { ExitStatus } from './exit-status.js'

/** What every verb is given besides its own flags and arguments. */
export interface Invocation {
  /** Values of all flags, global ones included, by their camel-case names. */
  options: Record<string, unknown>
  /** Positional arguments. */
  args: string[]
  reporter: Reporter
  /** The program with the flags of the verb that these words name, and the words in their usual form. */
  programFor(words: readonly string[]): Promise<{ program: Command; words: readonly string[] }>
}

/** One verb: its flags, and what it does. Loaded only when it is used. */
export interface VerbModule {
  /** True for a verb whose runs somebody may want to watch: `--metrics-file` is added to its flags. */
  measured?: true
  /** Adds arguments and flags; the name and the summary are there already. */
  configure(command: Command): void
  run(invocation: Invocation): Promise<ExitStatus>
}
