import type { SqlRunner } from './database.js'

/** The size of a database's pages, in bytes; also on servers, and for tokens that only read. */
export async function sizeOfDatabase(db: Pick<SqlRunner, 'query'>): Promise<number> {
  const [row] = await db.query(
    'SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size',
  )
  return Number(row?.bytes ?? 0)
}
