import type { Snapshot } from '../database/database.js'
import { nearest } from '../errors/nearest.js'
import { UsageError } from '../errors/usage-error.js'
import { quoteText } from '../sql/quote.js'
import { readContent, type Settings } from './database-content.js'
import { Definitions } from './definitions.js'
import type { DumpOptions, DumpPlan, Planning } from './dump-plan.js'
import type { DumpStep, PlannedContent } from './dump-step.js'
import type { KnownSchema } from './known-schema.js'
import { planVirtualTable } from './plan-virtual-table.js'
import type { SchemaObject } from './schema-object.js'
import { tableSource } from './table-source.js'
import { shortLiteral, valueLiteral } from './value-literal.js'

/** A database of at most so many bytes has no table that is large. */
const SMALL = 1 << 20

/**
 * Decides what a dump consists of: settings; tables in the order of their names, each with its rows;
 * then indexes, which are built faster when the rows are there, views, virtual tables; triggers,
 * which must not see the rows come; statistics.
 *
 * @param definitions what is known of other databases' definitions, so that nothing is found out twice
 * @throws UsageError `unknown-table`; DbfleetError `not-carried` when not even the schema can be
 * written
 */
export async function planDump(
  snapshot: Snapshot,
  options: DumpOptions = {},
  definitions = new Definitions(),
): Promise<DumpPlan> {
  const content = await readContent(snapshot, { settings: options.settings !== false, definitions })
  const { encoding, settings, schema } = content
  const planning: Planning = { snapshot, encoding, options, definitions, remarks: [] }
  const known = isWhole(options) ? schema.content : undefined
  const inner = known ?? (await planContent(planning, schema))

  const steps: DumpStep[] = []
  const hasSettings = settings !== undefined && !options.dataOnly
  if (hasSettings) steps.push({ text: outsideTransaction(settings), content: false })
  steps.push({ text: 'PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n', content: false })
  if (hasSettings) steps.push({ text: insideTransaction(settings), content: false })
  steps.push(...inner.steps, { text: 'COMMIT;\n', content: false })
  const isSmall = encoding === 'UTF-8' && content.bytes <= SMALL
  const { remarks } = planning
  return { encoding, isSmall, remarks, steps, tables: inner.tables, objects: schema.objects }
}

function isWhole({ schemaOnly, dataOnly, tables }: DumpOptions): boolean {
  return !schemaOnly && !dataOnly && tables === undefined
}

/** What is between the settings and the end; it is kept where it follows from the schema alone. */
async function planContent(planning: Planning, schema: KnownSchema): Promise<PlannedContent> {
  const { options, definitions } = planning
  const { objects, internal } = schema
  const { wanted, virtual, areAll } = await choose(planning, objects)
  const ofType = (type: SchemaObject['type']) => wanted.filter(object => object.type === type)
  const create = ({ sql }: SchemaObject): DumpStep => ({
    text: definitions.of(sql).text,
    content: true,
  })
  const creations = (type: SchemaObject['type']): DumpStep[] =>
    options.dataOnly ? [] : ofType(type).map(create)

  const steps: DumpStep[] = []
  const tables = ofType('table').filter(({ sql }) => definitions.of(sql).virtual === undefined)
  for (const table of tables) {
    if (!options.dataOnly) steps.push(create(table))
    if (!options.schemaOnly) steps.push(await rowsOf(planning, table))
  }
  if (!options.schemaOnly && internal.has('sqlite_sequence')) {
    steps.push(...(await sequences(planning, tables)))
  }
  steps.push(...creations('index'), ...creations('view'))
  for (const table of virtual) {
    steps.push(...(options.dataOnly ? table.steps.filter(step => !isCreate(step)) : table.steps))
  }
  steps.push(...creations('trigger'))
  if (isWhole(options)) steps.push(...(await statistics(planning, internal)))
  if (!options.dataOnly) remarkEngine(planning, wanted)

  const content = { steps, tables: tables.length + virtual.length }
  const isOfSchema = areAll && internal.size === 0 && planning.remarks.length === 0
  if (isWhole(options) && isOfSchema && virtual.length === 0) schema.content = content
  return content
}

/** The objects to write, without those that others make: shadows of virtual tables and of indexes. */
async function choose(planning: Planning, objects: readonly SchemaObject[]) {
  const { options, definitions } = planning
  const names = options.tables === undefined ? undefined : chosenNames(options.tables, objects)
  const inDump = objects.filter(({ table }) => names?.has(table) ?? true)
  const made = new Set<string>(await vectorShadows(planning, objects))
  const virtual = []
  for (const object of inDump) {
    if (object.type !== 'table' || definitions.of(object.sql).virtual === undefined) continue
    const plan = await planVirtualTable(planning, object)
    for (const shadow of plan.shadows) made.add(shadow)
    virtual.push(plan)
  }
  const wanted = inDump.filter(({ table }) => !made.has(table))
  return { wanted, virtual, areAll: wanted.length === objects.length }
}

function chosenNames(tables: readonly string[], objects: readonly SchemaObject[]): Set<string> {
  const known = objects.filter(({ type }) => type === 'table' || type === 'view')
  const names = known.map(({ name }) => name)
  for (const table of tables) {
    if (names.includes(table)) continue
    const near = nearest(table, names)
    throw new UsageError('unknown-table', `the database has no table "${table}"`, {
      hint: near === undefined ? 'Names are compared exactly.' : `Did you mean "${near}"?`,
    })
  }
  return new Set(tables)
}

/** libSQL keeps a vector index in a table beside it, and makes both anew with the index. */
async function vectorShadows(
  { snapshot }: Planning,
  objects: readonly SchemaObject[],
): Promise<string[]> {
  const meta = 'libsql_vector_meta_shadow'
  if (!objects.some(({ name, type }) => name === meta && type === 'table')) return []
  const rows = await snapshot.query(`SELECT name FROM ${meta}`)
  return [meta, ...rows.map(({ name }) => `${name}_shadow`)]
}

function isCreate(step: DumpStep): boolean {
  return 'text' in step && step.text.startsWith('CREATE')
}

/** What SQLite takes only before anything else is written; what is the default is left out. */
function outsideTransaction({ pageSize, encoding, autoVacuum }: Settings): string {
  return [
    pageSize === 4096 ? '' : `PRAGMA page_size=${pageSize};\n`,
    encoding === 'UTF-8' ? '' : `PRAGMA encoding='${encoding}';\n`,
    autoVacuum === 0 ? '' : `PRAGMA auto_vacuum=${autoVacuum};\n`,
  ].join('')
}

function insideTransaction({ userVersion, applicationId }: Settings): string {
  return [
    userVersion === 0n ? '' : `PRAGMA user_version=${userVersion};\n`,
    applicationId === 0n ? '' : `PRAGMA application_id=${applicationId};\n`,
  ].join('')
}

async function rowsOf(
  { snapshot, remarks, definitions }: Planning,
  { name: table, sql }: SchemaObject,
): Promise<DumpStep> {
  const { sources } = definitions.of(sql)
  const known = sources.get(table) ?? (await tableSource(snapshot, table))
  sources.set(table, known)
  const { source, hidesRowids } = known
  if (hidesRowids) {
    remarks.push({
      lost: true,
      text: `table ${table}: its columns hide rowid, _rowid_ and oid, so that its rowids cannot be written`,
    })
  }
  return { rows: source, content: true }
}

async function sequences(
  { snapshot, options, remarks, encoding }: Planning,
  tables: readonly SchemaObject[],
): Promise<DumpStep[]> {
  const rows = await snapshot.query(
    "SELECT CAST(name AS BLOB) AS name, typeof(name) = 'text' AS isText, seq FROM sqlite_sequence ORDER BY rowid",
  )
  const hasCounter = tables.some(({ sql }) => /autoincrement/i.test(sql))
  if (!hasCounter) {
    if (rows.length > 0 && options.tables === undefined) {
      remarks.push({
        lost: true,
        text: 'sqlite_sequence holds rows, but no table is AUTOINCREMENT, so that nothing makes it anew',
      })
    }
    return []
  }
  const named = rows.map(row => ({
    name: latin1(valueLiteral(row.name ?? null, row.isText === 1n, encoding)),
    seq: shortLiteral(row.seq ?? null),
  }))
  const chosen = options.tables?.map(quoteText)
  const kept = named.filter(({ name }) => chosen?.includes(name) ?? true)
  const emptied =
    chosen === undefined
      ? ['DELETE FROM sqlite_sequence;\n']
      : chosen.map(name => `DELETE FROM sqlite_sequence WHERE name=${name};\n`)
  const filled = kept.map(
    ({ name, seq }) => `INSERT INTO sqlite_sequence(name,seq) VALUES(${name},${seq});\n`,
  )
  return [{ text: [...emptied, ...filled].join(''), content: true }]
}

async function statistics(
  { snapshot, remarks }: Planning,
  internal: ReadonlySet<string>,
): Promise<DumpStep[]> {
  if (internal.has('sqlite_stat4') && (await hasRows(snapshot, 'sqlite_stat4'))) {
    remarks.push({
      lost: false,
      text: 'sqlite_stat4 is left out, since the sqlite3 shell and libSQL do not have it; ANALYZE makes it anew',
    })
  }
  if (!internal.has('sqlite_stat1')) return []
  const { source } = await tableSource(snapshot, 'sqlite_stat1')
  return [
    { text: 'ANALYZE sqlite_schema;\n', content: false },
    { rows: source, content: false },
  ]
}

async function hasRows(snapshot: Snapshot, table: string): Promise<boolean> {
  return (await snapshot.query(`SELECT 1 FROM ${table} LIMIT 1`)).length > 0
}

function remarkEngine({ remarks, definitions }: Planning, objects: readonly SchemaObject[]): void {
  for (const { name, type, sql } of objects) {
    const { feature } = definitions.of(sql)
    if (feature === undefined) continue
    remarks.push({ lost: false, text: `${type} ${name}: only libSQL loads it, for ${feature}` })
  }
}

function latin1(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
