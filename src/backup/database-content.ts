import type { Row, Snapshot, SqlValue } from '../database/database.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import type { Definitions } from './definitions.js'
import type { KnownSchema } from './known-schema.js'
import type { SchemaObject } from './schema-object.js'
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

/** All that a database's schema says, in the order of the names. */
export interface DatabaseContent {
  encoding: Encoding
  /** How large the database is, in bytes. */
  bytes: number
  settings?: Settings
  /** The very same for every database with it, as far as it is known. */
  schema: KnownSchema
}

/**
 * Reads what a database consists of, but no rows; and its settings if they are wanted.
 *
 * @param definitions what is known of other databases' schemas
 */
export async function readContent(
  snapshot: Snapshot,
  { settings, definitions }: { settings: boolean; definitions: Definitions },
): Promise<DatabaseContent> {
  const values = await snapshot.pragmas(settings ? [...SIZES, ...SETTINGS] : SIZES)
  const encoding = values.encoding as Encoding
  const pageSize = Number(values.page_size)
  return {
    encoding,
    bytes: pageSize * Number(values.page_count),
    schema: await readSchema(snapshot, encoding, definitions),
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

function isText(value: SqlValue | undefined): boolean {
  return typeof value === 'string' || value === null
}

/** Some of it is no text, or cannot be told from what is none. */
function isDoubtful(value: SqlValue): boolean {
  return typeof value === 'string' && (value.includes('\0') || value.includes('\uFFFD'))
}

type SchemaRow = Omit<SchemaObject, 'sql'> & { sql: string | null }

async function readSchema(
  snapshot: Snapshot,
  encoding: Encoding,
  definitions: Definitions,
): Promise<KnownSchema> {
  const read = await snapshot.textRows?.('SELECT type, name, tbl_name, sql FROM sqlite_schema')
  const plain = read?.every(row => row.every(isText)) ? plainSchema(read, definitions) : undefined
  if (plain !== undefined) return plain
  const rows = await snapshot.query(
    `SELECT type, CAST(name AS BLOB) AS name, CAST(tbl_name AS BLOB) AS "table", CAST(sql AS BLOB) AS sql FROM sqlite_schema`,
  )
  return schemaOf(
    rows.map(row => ({
      type: row.type as SchemaObject['type'],
      name: textOf(row, 'name', encoding),
      table: textOf(row, 'table', encoding),
      sql: row.sql === null ? null : textOf(row, 'sql', encoding),
    })),
  )
}

function plainSchema(
  rows: readonly (readonly SqlValue[])[],
  definitions: Definitions,
): KnownSchema | undefined {
  return definitions.schema(JSON.stringify(rows), () =>
    rows.some(row => row.some(isDoubtful)) ? undefined : schemaOf(rows.map(plainRow)),
  )
}

function plainRow([type, name, table, sql]: readonly SqlValue[]): SchemaRow {
  return {
    type: type as SchemaObject['type'],
    name: String(name),
    table: String(table),
    sql: typeof sql === 'string' ? sql : null,
  }
}

function schemaOf(rows: readonly SchemaRow[]): KnownSchema {
  const internal = new Set<string>()
  const objects: SchemaObject[] = []
  for (const { name, sql, ...rest } of rows) {
    const isInternal = /^sqlite_/i.test(name)
    if (isInternal && rest.type === 'table') internal.add(name)
    if (!isInternal && sql !== null) objects.push({ ...rest, name, sql })
  }
  return { objects: objects.sort(byName), internal }
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
