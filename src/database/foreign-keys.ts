import { DbfleetError } from '../errors/dbfleet-error.js'
import type { OpenOptions, SqlRunner } from './database.js'
import type { SchemaTraits } from './schema-traits.js'

/** How many rows of which table point nowhere; the key is `child → parent`. */
export type Violations = ReadonlyMap<string, number>

/**
 * Counts foreign-key violations.
 *
 * @param foreignKeys false where no table refers to another, so that there can be none
 */
export async function countViolations(
  db: SqlRunner,
  { foreignKeys }: Pick<SchemaTraits, 'foreignKeys'>,
): Promise<Violations> {
  if (!foreignKeys) return new Map()
  const rows = await db.query(
    'SELECT "table" AS child, "parent" AS parent, count(*) AS n FROM pragma_foreign_key_check GROUP BY 1, 2',
  )
  return new Map(rows.map(row => [`${row.child} → ${row.parent}`, Number(row.n)]))
}

/** How the violations of a transaction are counted, before it and after it. */
export function checkOf({ restoring }: OpenOptions): typeof countViolations {
  return restoring === undefined ? countViolations : async () => new Map()
}

/**
 * Refuses violations that were not there before; a database that had some already can still be
 * migrated.
 *
 * @throws DbfleetError `foreign-key` naming the tables and counts
 */
export function refuseNewViolations(before: Violations, after: Violations): void {
  const found = [...after].filter(([pair, count]) => count > (before.get(pair) ?? 0))
  if (found.length === 0) return
  const list = found.map(([pair, count]) => `${pair} (${count - (before.get(pair) ?? 0)})`)
  throw new DbfleetError('foreign-key', `rows would point to missing parents: ${list.join(', ')}`, {
    hint: 'Delete or move the child rows in the same migration, or put `-- dbfleet: foreign_keys=on` in its header to let ON DELETE act.',
  })
}
