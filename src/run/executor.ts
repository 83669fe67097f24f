import type { Outcome } from './job.js'

/** One place where a job runs; handles one batch at a time. */
export interface Executor {
  /**
   * Handles the items in order and returns as many outcomes as it reached: fewer when
   * `haltOnFailure` is set and an item failed.
   *
   * @throws ExecutorCrash when the place died
   * @throws Error when it cannot do the job at all; in both cases it must not be used again
   */
  run(items: readonly unknown[], options: { haltOnFailure: boolean }): Promise<Outcome<unknown>[]>
  /** Ends it after the batch in hand. */
  close(): Promise<void>
  /** Ends it now, whatever it is doing. */
  kill(): void
}

/** The executor died while it handled the item after the last outcome. */
export class ExecutorCrash extends Error {
  override readonly name = 'ExecutorCrash'
  constructor(
    message: string,
    readonly outcomes: Outcome<unknown>[],
  ) {
    super(message)
  }
}
