import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Database, EngineName, Row } from '../../src/database/database.js'
import { createOpener } from '../../src/database/open-database.js'
import { parseTableTemplate } from '../../src/migrate/template/parse-table-template.js'
import type { TableTemplate } from '../../src/migrate/template/template.js'
import { splitStatements } from '../../src/sql/split-statements.js'

export const engines: readonly EngineName[] = ['better-sqlite3', 'libsql']

/** The reading that product.md shows, as an instrument sends it. */
export const reading = {
  version: '15b3',
  func: 'measurement',
  t0: 3962965456.853,
  user: 'jschrier',
  hostname: 'lab-1',
  tag: 'tutorial',
  in: [0.1, 0.2, 0.3],
  out: {
    '415nm': 937,
    '445nm': 9974,
    '480nm': 5835,
    '515nm': 14290,
    '555nm': 3535,
    '590nm': 3573,
    '630nm': 5151,
    '680nm': 2314,
    clear: 30842,
    nir: 4111,
  },
}

/** A new database in a directory, which need not survive a power cut. */
export async function openScratch(
  directory: string,
  engine: EngineName = 'better-sqlite3',
): Promise<Database> {
  const open = await createOpener(engine)
  const path = join(directory, `${randomUUID()}.db`)
  const database = await open({ name: 'scratch', path }, { mode: 'create', busyTimeoutMs: 1000 })
  await database.run('PRAGMA synchronous = off')
  return database
}

/** Reads a description as the file `templates/readings.json`. */
export function readTemplate(description: unknown): TableTemplate {
  return parseTableTemplate(JSON.stringify(description), 'readings', 'templates/readings.json')
}

export async function runAll(database: Database, sql: string): Promise<void> {
  for (const statement of splitStatements(sql)) await database.run(statement.sql)
}

export async function insertReading(database: Database, document: unknown): Promise<void> {
  await database.run('INSERT INTO measurements (data) VALUES (?)', [JSON.stringify(document)])
}

/** `sqlite_schema` in a fixed order. */
export function readSchema(database: Database): Promise<Row[]> {
  return database.query('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name')
}
