import { DbfleetError } from './dbfleet-error.js'

/**
 * Wrong usage or configuration, found before anything was touched. The command line exits with 2.
 */
export class UsageError extends DbfleetError {
  override readonly name = 'UsageError'
}
