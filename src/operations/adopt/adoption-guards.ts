import { foreignTool } from '../../adopt/foreign-tools.js'
import { expectForeignLedger } from '../../adopt/ledger-query.js'
import type { BatchStatement } from '../../database/database.js'
import { LEDGER_TABLE } from '../../migrate/ledger.js'
import { EXPECT_SCHEMA, schemaText } from '../../schema/expect-schema.js'
import type { SchemaRow } from '../../schema/schema-row.js'
import type { ForeignLedger } from './read-foreign-ledgers.js'

/** Statements that fail when a database is not what it was when it was read. */
export function guardsOf(
  rows: readonly SchemaRow[],
  foreign: readonly ForeignLedger[],
): BatchStatement[] {
  return [
    { sql: EXPECT_SCHEMA, args: [schemaText(rows, LEDGER_TABLE), LEDGER_TABLE] },
    ...foreign.map(({ tool, table, lines }) => ({
      sql: expectForeignLedger(foreignTool(tool).ledger, table),
      args: [lines],
    })),
  ]
}
