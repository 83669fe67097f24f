import type { Database } from '../database/database.js'

/** Whether statements cost a round trip each, so that a transaction is sent as one request. */
export function takesBatches(db: Database): db is Database & Required<Pick<Database, 'batch'>> {
  return db.batch !== undefined
}
