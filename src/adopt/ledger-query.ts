import { quoteIdentifier } from '../sql/quote.js'
import type { LedgerLayout } from './foreign-tool.js'

/** Reads a ledger; `line` tells a row from every other. */
export function ledgerQuery({ select, order }: LedgerLayout, table: string): string {
  const columns = Object.entries(select).map(([name, sql]) => `${sql} AS ${name}`)
  const line = Object.values(select).map(sql => `quote(${sql})`)
  return `SELECT ${columns.join(', ')}, ${line.join(` || ' ' || `)} AS line
    FROM ${quoteIdentifier(table)} ORDER BY ${order}`
}

/** Fails when the ledger is not what it was; the argument is its lines, joined by line feeds. */
export function expectForeignLedger(layout: LedgerLayout, table: string): string {
  return `SELECT abs(-9223372036854775808) WHERE ? <> (
    SELECT coalesce(group_concat(line, char(10)), '') FROM (${ledgerQuery(layout, table)}))`
}
