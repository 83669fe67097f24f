import { DbfleetError } from '../errors/dbfleet-error.js'

/** A request may have been carried out, or not; only looking at the database can tell. */
export class OutcomeUnknownError extends DbfleetError {
  override readonly name = 'OutcomeUnknownError'
}
