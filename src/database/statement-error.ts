import { DbfleetError } from '../errors/dbfleet-error.js'

/** A batch failed at one of its statements, and nothing of it was kept. */
export class StatementError extends DbfleetError {
  override readonly name = 'StatementError'
  /** Which one, from 0. */
  readonly index: number
  /** The failure itself. */
  readonly error: DbfleetError
  /** True when the batch was sent more than once, and may have been done before it failed. */
  readonly uncertain: boolean

  constructor(index: number, error: DbfleetError, { uncertain = false } = {}) {
    super(error.code, error.message, {
      cause: error,
      ...(error.hint !== undefined && { hint: error.hint }),
    })
    this.index = index
    this.error = error
    this.uncertain = uncertain
  }
}
