import type { Kysely } from 'kysely'
import { DbfleetError } from '../errors/dbfleet-error.js'

/** Kysely over whatever tables a migration finds: the schema is not known to dbfleet's types. */
export type AnyKysely = Kysely<Record<string, Record<string, unknown>>>

/** Where a dialect's nested transactions begin and end: at savepoints of the running transaction. */
export interface Savepoints {
  begin(): Promise<void>
  commit(): Promise<void>
  rollback(): Promise<void>
}

/**
 * Savepoints for `db.transaction()` inside a migration that runs in a transaction already.
 *
 * @param run executes one statement on the connection of that transaction
 */
export function savepoints(run: (sql: string) => Promise<unknown>): Savepoints {
  let depth = 0
  const end = async (statements: (name: string) => string[]) => {
    if (depth === 0) throw new DbfleetError('sql', 'no nested transaction is open')
    for (const sql of statements(`dbfleet_nested_${depth}`)) await run(sql)
    depth -= 1
  }
  return {
    async begin() {
      await run(`SAVEPOINT dbfleet_nested_${depth + 1}`)
      depth += 1
    },
    commit: () => end(name => [`RELEASE ${name}`]),
    rollback: () => end(name => [`ROLLBACK TO ${name}`, `RELEASE ${name}`]),
  }
}
