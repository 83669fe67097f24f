import type { HranaBatchResult, HranaDescription, HranaError, HranaStep } from './hrana.js'
import { RemoteFault } from './remote-fault.js'

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
  /**
   * Says what a statement is, and closes the stream; nothing of it is run.
   *
   * @throws RemoteFault when no sound answer came
   * @throws StreamError when the server refuses the statement
   */
  describe(sql: string): Promise<HranaDescription>
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

  constructor(error: HranaError | undefined) {
    super(error?.message ?? 'the server gives no reason')
    this.code = error?.code ?? ''
  }
}

/**
 * What became of each step of a batch; an answer that leaves steps out could be taken for success.
 *
 * @throws RemoteFault `protocol`
 */
export function soundResult(value: unknown, steps: number, url: string): HranaBatchResult {
  const { step_results, step_errors } = (value ?? {}) as Partial<HranaBatchResult>
  const isSound = [step_results, step_errors].every(
    list => Array.isArray(list) && list.length === steps,
  )
  if (isSound) return value as HranaBatchResult
  throw notHrana(url)
}

export function notHrana(url: string): RemoteFault {
  return new RemoteFault('protocol', `${url} does not answer as a libSQL server does`)
}

/**
 * What a server says of a statement.
 *
 * @throws RemoteFault when it is not what the protocol says
 */
export function soundDescription(result: unknown, url: string): HranaDescription {
  const described = result as Partial<HranaDescription> | null | undefined
  const isSound =
    typeof described?.is_readonly === 'boolean' &&
    Array.isArray(described.cols) &&
    Array.isArray(described.params)
  if (isSound) return described as HranaDescription
  throw notHrana(url)
}
