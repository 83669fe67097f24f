import type { SqlRunner } from '../../database/database.js'
import { matchesAny } from '../../schema/matches-any.js'
import { readSchemaRows } from '../../schema/read-schema-rows.js'

/** The ledger of another tool, in a database that has none of dbfleet. */
export interface NotAdopted {
  /** As its makers write it. */
  tool: string
  /** The ledger's table. */
  table: string
}

/**
 * The ledger of another tool that records something; undefined when there is none.
 *
 * @param ignore patterns of names that are no part of what dbfleet migrates
 */
export async function findForeignLedger(
  db: Pick<SqlRunner, 'query'>,
  ignore: readonly string[],
): Promise<NotAdopted | undefined> {
  const tables = await db.query("SELECT name FROM sqlite_schema WHERE type = 'table'")
  // Most databases without a ledger are new ones; these need not know other tools.
  if (tables.length === 0) return undefined
  const { mayBeLedger } = await import('../../adopt/find-ledgers.js')
  if (!tables.some(({ name }) => mayBeLedger(String(name), {}))) return undefined
  const [{ readForeignLedgers }, { foreignTool }] = await Promise.all([
    import('./read-foreign-ledgers.js'),
    import('../../adopt/foreign-tools.js'),
  ])
  const isIgnored = matchesAny(ignore)
  const found = (await readForeignLedgers(db, await readSchemaRows(db), {})).find(
    ({ table, recorded: { entries, problems } }) =>
      // What records nothing leaves nothing to adopt.
      entries.length + problems.length > 0 && !isIgnored(table),
  )
  return found && { tool: foreignTool(found.tool).title, table: found.table }
}
