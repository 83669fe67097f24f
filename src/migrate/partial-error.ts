import { DbfleetError } from '../errors/dbfleet-error.js'

/** A failure that carries what had been committed before it. */
export class PartialError extends DbfleetError {
  override readonly name = 'PartialError'
  /** Names of the migrations that were applied (or reverted) and stay so. */
  readonly done: string[]

  constructor(cause: DbfleetError, done: string[]) {
    super(
      cause.code,
      cause.message,
      cause.hint === undefined ? { cause } : { hint: cause.hint, cause },
    )
    this.done = done
  }
}
