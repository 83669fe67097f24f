/** How a request to a server failed. */
export type FaultKind =
  /** It never got there: the name is unknown, or nobody listens. */
  | 'unreachable'
  /** The connection ended before the answer was complete. */
  | 'lost'
  /** No answer within the time that is allowed. */
  | 'timeout'
  /** An HTTP status that is no success. */
  | 'status'
  /** The answer is not what the protocol says. */
  | 'protocol'

/** A request that got no sound answer. Holds no token. */
export class RemoteFault extends Error {
  override readonly name = 'RemoteFault'
  readonly kind: FaultKind
  /** The HTTP status, for `status`. */
  readonly status?: number
  /** What the server asks to wait, in milliseconds. */
  readonly retryAfterMs?: number
  /** True when asking again cannot help: no such host, or a certificate that is not valid. */
  readonly permanent: boolean

  constructor(
    kind: FaultKind,
    message: string,
    details: { status?: number; retryAfterMs?: number; permanent?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause })
    this.kind = kind
    this.permanent = details.permanent ?? false
    if (details.status !== undefined) this.status = details.status
    if (details.retryAfterMs !== undefined) this.retryAfterMs = details.retryAfterMs
  }

  /**
   * True when the server may have done what was asked, or may still do it. Statuses that it gives
   * before it looks at a statement say that it did not; a proxy before it may give up on an answer,
   * with 502, 503, 504, or numbers of its own from 520.
   */
  get outcomeUnknown(): boolean {
    const { status = 0 } = this
    if (this.kind === 'status') return (status >= 502 && status <= 504) || status >= 520
    return this.kind === 'lost' || this.kind === 'timeout'
  }
}
