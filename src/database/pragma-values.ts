import type { Row, SqlRunner } from './database.js'

/** Reads PRAGMAs that give one value each, all in one statement. */
export async function pragmaValues(
  { query }: Pick<SqlRunner, 'query'>,
  names: readonly string[],
): Promise<Row> {
  const [row] = await query(
    `SELECT ${names.join(', ')} FROM ${names.map(name => `pragma_${name}`).join(', ')}`,
  )
  if (row === undefined) throw new Error('the pragmas gave no row')
  return row
}
