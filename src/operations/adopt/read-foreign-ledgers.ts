import { findLedgers, type LedgerWish, mayBeLedger } from '../../adopt/find-ledgers.js'
import type { Recorded, ToolName } from '../../adopt/foreign-tool.js'
import { ledgerQuery } from '../../adopt/ledger-query.js'
import type { SqlRunner } from '../../database/database.js'
import { parseSchema } from '../../schema/parse-schema.js'
import type { SchemaRow } from '../../schema/schema-row.js'

/** What the ledger of another tool says in one database. Plain data. */
export interface ForeignLedger {
  tool: ToolName
  table: string
  recorded: Recorded
  /** Its rows as one text, by which a change shows. */
  lines: string
}

/** Reads the ledgers of other tools that are among the tables of a schema. */
export async function readForeignLedgers(
  db: Pick<SqlRunner, 'query'>,
  rows: readonly SchemaRow[],
  wish: LedgerWish,
): Promise<ForeignLedger[]> {
  const tables = rows.filter(({ type }) => type === 'table')
  const candidates = parseSchema(tables.filter(({ name }) => mayBeLedger(name, wish))).tables
  const found = findLedgers(
    candidates.map(({ name, columns }) => ({ name, columns: columns.map(({ name }) => name) })),
    tables.map(({ name }) => name),
    wish,
  )
  const ledgers: ForeignLedger[] = []
  for (const { tool, table } of found) {
    const read = await db.query(ledgerQuery(tool.ledger, table))
    const lines = read.map(({ line }) => String(line)).join('\n')
    ledgers.push({ tool: tool.name, table, recorded: tool.understand(read), lines })
  }
  return ledgers
}
