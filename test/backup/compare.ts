import Database from 'better-sqlite3'

/** Every value of a database by type and bits, read with better-sqlite3 and not by the code under test. */
export function contentOf(path: string): Record<string, unknown> {
  const db = new Database(path, { readonly: true }).defaultSafeIntegers(true)
  try {
    const one = (sql: string) => db.prepare(sql).pluck().get()
    const settings = Object.fromEntries(
      ['encoding', 'page_size', 'auto_vacuum', 'user_version', 'application_id'].map(name => [
        name,
        one(`PRAGMA ${name}`),
      ]),
    )
    const schema = db
      .prepare<[], { type: string; name: string; sql: string | null }>(
        "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_autoindex%' AND name <> 'sqlite_stat4' ORDER BY 1, 2",
      )
      .all()
    const tables = schema.filter(({ type, sql }) => type === 'table' && !isShadow(sql))
    const rows = Object.fromEntries(tables.map(({ name }) => [name, rowsOf(db, name)]))
    return { settings, schema: schema.filter(({ sql }) => !isShadow(sql)), rows }
  } finally {
    db.close()
  }
}

/** Tables behind full-text and R-tree tables are named in single or double quotes by SQLite. */
function isShadow(sql: string | null): boolean {
  return /^CREATE TABLE ['"]\w+_(data|idx|content|docsize|config|node|parent|rowid)['"]\(/.test(
    sql ?? '',
  )
}

function rowsOf(db: Database.Database, table: string): unknown[] {
  const name = `"${table.replaceAll('"', '""')}"`
  const columns = db
    .prepare(`SELECT name FROM pragma_table_xinfo(?) WHERE hidden <> 1`)
    .pluck()
    .all(table) as string[]
  const [{ wr = 0n } = {}] = db
    .prepare<[string], { wr: bigint }>('SELECT wr FROM pragma_table_list WHERE name = ?')
    .all(table)
  const hasRowid = wr === 0n && !['rowid', '_rowid_', 'oid'].every(each => columns.includes(each))
  const rowid = ['rowid', '_rowid_', 'oid'].find(each => !columns.includes(each))
  const values = columns.flatMap(column => {
    const quoted = `"${column.replaceAll('"', '""')}"`
    return [
      `typeof(${quoted})`,
      `CASE typeof(${quoted}) WHEN 'text' THEN CAST(${quoted} AS BLOB) ELSE ${quoted} END`,
    ]
  })
  const selected = [hasRowid ? rowid : 'NULL', ...values].join(', ')
  const order = hasRowid ? ` ORDER BY ${rowid}` : ''
  const rows = db.prepare(`SELECT ${selected} FROM ${name}${order}`).raw().all() as unknown[][]
  return rows.map(row => row.map(bits))
}

/** Something that is equal exactly for equal bits. */
function bits(value: unknown): unknown {
  if (value instanceof Uint8Array) return `x${Buffer.from(value).toString('hex')}`
  if (typeof value !== 'number') return value
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  return `f${view.getBigUint64(0).toString(16)}`
}
