/**
 * An error that a user can act on: a stable `code`, a message that names the thing and says why,
 * and a hint that says what to do.
 */
export class DbfleetError extends Error {
  override readonly name: string = 'DbfleetError'
  /** Stable, lower-case words joined by hyphens; documented in `docs/errors.md`. */
  readonly code: string
  /** What to do about it; one sentence, in the imperative. */
  readonly hint: string | undefined

  constructor(code: string, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = options.hint
  }
}
