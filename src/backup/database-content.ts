import type { Row, Snapshot, SqlValue } from '../database/database.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { decodeText, type Encoding } from './text-literal.js'

/** What a file keeps beside its tables. */
export interface Settings {
  encoding: Encoding
  /** In bytes. */
  pageSize: number
  /** 0 none, 1 full, 2 incremental. */
  autoVacuum: number
  userVersion: bigint
  applicationId: bigint
  /** How large the database is, in bytes. */
  bytes: number
}

/** One object of the schema, with the statement that made it. */
export interface SchemaObject {
  type: 'table' | 'index' | 'view' | 'trigger'
  name: string
  /** The table that an index or a trigger belongs to; else its own name. */
  table: string
  sql: string
}

/** All that a database's schema says, in the order of the names. */
export interface DatabaseContent {
  settings: Settings
  /** What `CREATE` made, without what SQLite itself keeps. */
  objects: SchemaObject[]
  /** SQLite's own tables that exist: `sqlite_sequence`, `sqlite_stat1`, `sqlite_stat4`. */
  internal: ReadonlySet<string>
}

/** Reads what a database consists of, but no rows. */
export async function readContent(snapshot: Snapshot): Promise<DatabaseContent> {
  const settings = await readSettings(snapshot)
  const internal = new Set<string>()
  const objects: SchemaObject[] = []
  for (const { name, sql, ...rest } of await readRows(snapshot, settings.encoding)) {
    if (/^sqlite_/i.test(name)) internal.add(name)
    else if (sql !== null) objects.push({ ...rest, name, sql })
  }
  return { settings, objects: objects.sort(byName), internal }
}

function isPlainText(value: SqlValue | undefined): boolean {
  return value === null || (typeof value === 'string' && !/[\0\uFFFD]/.test(value))
}

type SchemaRow = Omit<SchemaObject, 'sql'> & { sql: string | null }

async function readRows(snapshot: Snapshot, encoding: Encoding): Promise<SchemaRow[]> {
  const read = await snapshot.textRows?.('SELECT type, name, tbl_name, sql FROM sqlite_schema')
  // Either is no text, or cannot be told from what is none.
  const isPlain = read?.every(row => row.every(isPlainText))
  if (read !== undefined && isPlain) {
    return read.map(([type, name, table, sql]) => ({
      type: type as SchemaObject['type'],
      name: String(name),
      table: String(table),
      sql: typeof sql === 'string' ? sql : null,
    }))
  }
  const rows = await snapshot.query(
    `SELECT type, CAST(name AS BLOB) AS name, CAST(tbl_name AS BLOB) AS "table", CAST(sql AS BLOB) AS sql FROM sqlite_schema`,
  )
  return rows.map(row => ({
    type: row.type as SchemaObject['type'],
    name: textOf(row, 'name', encoding),
    table: textOf(row, 'table', encoding),
    sql: row.sql === null ? null : textOf(row, 'sql', encoding),
  }))
}

/** By code units, which is the same on every machine. */
function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : Number(a.name > b.name)
}

async function readSettings(snapshot: Snapshot): Promise<Settings> {
  const settings = await snapshot.pragmas([
    'encoding',
    'page_size',
    'auto_vacuum',
    'user_version',
    'application_id',
    'page_count',
  ])
  const pageSize = Number(settings.page_size)
  return {
    encoding: settings.encoding as Encoding,
    pageSize,
    autoVacuum: Number(settings.auto_vacuum),
    userVersion: settings.user_version as bigint,
    applicationId: settings.application_id as bigint,
    bytes: pageSize * Number(settings.page_count),
  }
}

function textOf(row: Row, column: string, encoding: Encoding): string {
  const bytes = row[column]
  const text = bytes instanceof Uint8Array ? decodeText(bytes, encoding) : undefined
  if (text === undefined || text.includes('\0')) {
    throw new DbfleetError('not-carried', `the schema holds a ${column} that is no valid text`, {
      hint: 'SQL text cannot hold it; a copy of the file can (`VACUUM INTO`).',
    })
  }
  return text
}
