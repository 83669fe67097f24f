import type { HranaBatchResult, HranaError, HranaStep } from './hrana.js'

export interface BatchOptions {
  /** True when the server may do it twice without harm, so that it is asked again if need be. */
  repeatable: boolean
  /** True when nothing follows: the stream is closed by the same request. */
  last: boolean
  /** Called when it is asked again although the server may have done it. */
  onUncertain?: () => void
}

/** What statements run on: one connection of the server to one database, with its transaction. */
export interface HranaStream {
  /**
   * Runs steps in order, in one request.
   *
   * @throws RemoteFault when no sound answer came
   * @throws StreamError when the server refuses the batch as a whole; no step ran then
   */
  batch(steps: readonly HranaStep[], options: BatchOptions): Promise<HranaBatchResult>
  /** Lets the server's connection go; what is uncommitted is rolled back. Never throws. */
  close(): Promise<void>
}

/** Opens streams to one database. */
export interface HranaChannel {
  openStream(): HranaStream
  close(): Promise<void>
}

/** What the server says against a request as a whole: it cannot be parsed, the stream is gone. */
export class StreamError extends Error {
  override readonly name = 'StreamError'
  readonly code: string

  constructor({ message, code }: HranaError) {
    super(message)
    this.code = code ?? ''
  }
}
