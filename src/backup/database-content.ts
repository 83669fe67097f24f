import type { Row, Snapshot } from '../database/database.js'
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
  settings: Settings
  /** What `CREATE` made, without what SQLite itself keeps. */
  objects: SchemaObject[]
  /** SQLite's own tables that exist: `sqlite_sequence`, `sqlite_stat1`, `sqlite_stat4`. */
  internal: ReadonlySet<string>
}

/** Reads what a database consists of, but no rows. */
export async function readContent(snapshot: Snapshot): Promise<DatabaseContent> {
  const settings = await readSettings(snapshot)
  const rows = await snapshot.query(
    `SELECT type, CAST(name AS BLOB) AS name, CAST(tbl_name AS BLOB) AS "table", CAST(sql AS BLOB) AS sql FROM sqlite_schema`,
  )
  const text = (row: Row, column: string) => textOf(row, column, settings.encoding)
  const internal = new Set<string>()
  const objects: SchemaObject[] = []
  for (const row of rows) {
    const name = text(row, 'name')
    if (/^sqlite_/i.test(name)) internal.add(name)
    else if (row.sql !== null) {
      const type = row.type as SchemaObject['type']
      objects.push({ type, name, table: text(row, 'table'), sql: text(row, 'sql') })
    }
  }
  return { settings, objects: objects.sort(byName), internal }
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
  ])
  return {
    encoding: settings.encoding as Encoding,
    pageSize: Number(settings.page_size),
    autoVacuum: Number(settings.auto_vacuum),
    userVersion: settings.user_version as bigint,
    applicationId: settings.application_id as bigint,
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
