import { asciiLowerCase } from '../sql/ascii-case.js'
import type { ForeignTool, ToolName } from './foreign-tool.js'
import { FOREIGN_TOOLS } from './foreign-tools.js'

/** A table that is the ledger of a tool. */
export interface LedgerTable {
  tool: ForeignTool
  /** As the database spells it. */
  table: string
}

/** Which ledgers are looked for; all of them, unless the user says which. */
export interface LedgerWish {
  from?: ToolName
  /** The ledger's table, where it is not the one that the tool has by default. */
  table?: string
}

/** Whether a table may be one of the ledgers, by its name. */
export function mayBeLedger(name: string, { from, table }: LedgerWish): boolean {
  const lower = asciiLowerCase(name)
  if (table !== undefined) return lower === asciiLowerCase(table)
  return toolsFor(from).some(({ ledger }) => asciiLowerCase(ledger.table) === lower)
}

/**
 * The ledgers among a database's tables, by their names and columns.
 *
 * @param tables those of which `mayBeLedger` is true, with their columns
 * @param names of all tables of the database
 */
export function findLedgers(
  tables: readonly { name: string; columns: readonly string[] }[],
  names: readonly string[],
  wish: LedgerWish,
): LedgerTable[] {
  const beside = new Set(names.map(asciiLowerCase))
  return tables.flatMap(({ name, columns }) => {
    const present = new Set(columns.map(asciiLowerCase))
    const wanted = wish.table ?? undefined
    return toolsFor(wish.from)
      .filter(({ ledger: { table, has, hasNot = [], notBeside = [] } }) => {
        const isNamed = asciiLowerCase(wanted ?? table) === asciiLowerCase(name)
        const isForeign =
          hasNot.some(column => present.has(column)) || notBeside.some(other => beside.has(other))
        return isNamed && !isForeign && has.every(column => present.has(column))
      })
      .map(tool => ({ tool, table: name }))
  })
}

function toolsFor(from: ToolName | undefined): readonly ForeignTool[] {
  return from === undefined ? FOREIGN_TOOLS : FOREIGN_TOOLS.filter(({ name }) => name === from)
}
