import type { Executor } from './executor.js'

/**
 * Executors that were started before it is known what there is to do, so that they are ready when it is.
 * What nobody took is ended.
 */
export class ReadyExecutors implements AsyncDisposable {
  readonly #waiting: Executor[]

  /** @param start starts one */
  constructor(count: number, start: () => Executor) {
    this.#waiting = Array.from({ length: count }, start)
  }

  /** One of them, which is the taker's to end; `undefined` when there is none left. */
  take(): Executor | undefined {
    return this.#waiting.shift()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#waiting.splice(0).map(executor => executor.close()))
  }
}
