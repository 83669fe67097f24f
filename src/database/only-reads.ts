import type { SqlRunner } from './database.js'

/** Instructions that change a file, or leave a transaction open. */
const CHANGING = new Set([
  'AutoCommit',
  'Checkpoint',
  'IncrVacuum',
  'JournalMode',
  'Savepoint',
  'SqlExec',
  'Vacuum',
])

/**
 * Whether a statement only reads and gives rows, by the program that the engine makes of it. For a
 * driver that hides SQLite's own answer (`sqlite3_stmt_readonly`), which is made of the same
 * instructions. Nothing of the statement is run.
 *
 * @returns how many parameters it has, too, where that is known
 */
export async function onlyReads(
  db: Pick<SqlRunner, 'query'>,
  sql: string,
): Promise<{ reads: boolean; parameters?: number }> {
  // SQLite explains no explanation; it also runs none.
  if (/^\s*explain\b/i.test(sql)) return { reads: true }
  const program = await db.query(`EXPLAIN ${sql}`)
  const gives = program.some(({ opcode }) => opcode === 'ResultRow')
  const changes = program.some(
    ({ opcode, p2 }) =>
      CHANGING.has(String(opcode)) || (opcode === 'Transaction' && Number(p2) !== 0),
  )
  const numbers = program.map(({ opcode, p1 }) => (opcode === 'Variable' ? Number(p1) : 0))
  return { reads: gives && !changes, parameters: Math.max(0, ...numbers) }
}
