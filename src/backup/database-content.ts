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
  encoding: Encoding
  /** How large the database is, in bytes. */
  bytes: number
  settings?: Settings
  /** What `CREATE` made, without what SQLite itself keeps. */
  objects: SchemaObject[]
  /** SQLite's own tables that exist: `sqlite_sequence`, `sqlite_stat1`, `sqlite_stat4`. */
  internal: ReadonlySet<string>
}

/** Reads what a database consists of, but no rows; and its settings if they are wanted. */
export async function readContent(
  snapshot: Snapshot,
  { settings }: { settings: boolean },
): Promise<DatabaseContent> {
  const values = await snapshot.pragmas(settings ? [...SIZES, ...SETTINGS] : SIZES)
  const encoding = values.encoding as Encoding
  const pageSize = Number(values.page_size)
  const internal = new Set<string>()
  const objects: SchemaObject[] = []
  for (const { name, sql, ...rest } of await readRows(snapshot, encoding)) {
    if (/^sqlite_/i.test(name)) internal.add(name)
    else if (sql !== null) objects.push({ ...rest, name, sql })
  }
  return {
    encoding,
    bytes: pageSize * Number(values.page_count),
    objects: objects.sort(byName),
    internal,
    ...(settings && { settings: settingsIn(values, encoding, pageSize) }),
  }
}

const SIZES = ['encoding', 'page_size', 'page_count']
const SETTINGS = ['auto_vacuum', 'user_version', 'application_id']

function settingsIn(values: Row, encoding: Encoding, pageSize: number): Settings {
  return {
    encoding,
    pageSize,
    autoVacuum: Number(values.auto_vacuum),
    userVersion: values.user_version as bigint,
    applicationId: values.application_id as bigint,
  }
}

function isPlainText(value: SqlValue | undefined): boolean {
  if (typeof value !== 'string') return value === null
  return !value.includes('\0') && !value.includes('\uFFFD')
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
