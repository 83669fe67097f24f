import type BetterSqlite3 from 'better-sqlite3'

/** Writes definitions of tables into the schema, and reads it anew; the mode is as before then. */
export function redefineTables(
  handle: BetterSqlite3.Database,
  tables: ReadonlyMap<string, string>,
): void {
  handle.unsafeMode(true)
  try {
    handle.pragma('writable_schema = ON')
    const update = handle.prepare(
      "UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?",
    )
    for (const [name, sql] of tables) update.run(sql, name)
    // What is no definition is refused here.
    handle.pragma('writable_schema = RESET')
  } finally {
    handle.unsafeMode(false)
  }
}
