import { DbfleetError } from '../errors/dbfleet-error.js'

/** A statement of a migration committed or rolled back what it ran in. */
export function transactionEnded(): DbfleetError {
  return new DbfleetError('transaction-ended', 'the migration ended the transaction it ran in', {
    hint: 'Remove COMMIT, END and ROLLBACK from it, or put `-- dbfleet: transaction=false` in its header.',
  })
}
