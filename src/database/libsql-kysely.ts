import type { Client, InStatement, Transaction } from '@libsql/client'
import { LibsqlDialect } from '@libsql/kysely-libsql'
import { Kysely } from 'kysely'
import { type AnyKysely, savepoints } from './kysely-on-transaction.js'

/**
 * Kysely on a libSQL connection; inside `transaction` when there is one, where Kysely's own
 * transactions become savepoints.
 */
export function libsqlKysely(client: Client, transaction: Transaction | undefined): AnyKysely {
  const target = transaction === undefined ? client : within(transaction)
  return new Kysely({ dialect: new LibsqlDialect({ client: target }) })
}

/** The part of a client that the dialect uses, with every statement going to one transaction. */
function within(transaction: Transaction): Client {
  const execute = (statement: InStatement) => transaction.execute(statement)
  const marks = savepoints(execute)
  const nested = { execute, commit: marks.commit, rollback: marks.rollback }
  return {
    execute,
    transaction: async () => {
      await marks.begin()
      return nested
    },
  } as unknown as Client
}
