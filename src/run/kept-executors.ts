import type { Executor } from './executor.js'

/**
 * Executors of one job that go on to its next part, since starting them costs more than a small part
 * does. Those that died are not kept.
 */
export class KeptExecutors implements AsyncDisposable {
  readonly #idle: Executor[] = []

  /**
   * One that is idle, or a new one; to close it gives it back.
   *
   * @param start starts one
   */
  take(start: () => Executor): Executor {
    const executor = this.#idle.pop() ?? start()
    return {
      run: (items, options) => executor.run(items, options),
      close: async () => {
        this.#idle.push(executor)
      },
      kill: () => executor.kill(),
    }
  }

  /** Ends those that are idle. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#idle.splice(0).map(executor => executor.close()))
  }
}
