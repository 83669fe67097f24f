import type { Row } from '../database/database.js'
import { quoteIdentifier, quoteIdentifierIfNeeded } from '../sql/quote.js'
import { createStatement } from './create-statement.js'
import type { Planning } from './dump-plan.js'
import type { DumpStep } from './dump-step.js'
import { byRowid } from './row-order.js'
import type { SchemaObject } from './schema-object.js'
import { rowSource } from './table-source.js'
import { shortLiteral } from './value-literal.js'
import { parseVirtualTable, type VirtualTable } from './virtual-table.js'

/** A virtual table, and how a dump carries it. */
export interface VirtualTablePlan {
  steps: DumpStep[]
  /** Tables that hold its content, if they are made anew and are not to be dumped. */
  shadows: string[]
}

/** Modules whose tables say all that they hold, by the suffixes of the tables behind them. */
const READABLE: Record<string, readonly string[]> = {
  fts5: ['data', 'idx', 'content', 'docsize', 'config'],
  rtree: ['node', 'parent', 'rowid'],
  rtree_i32: ['node', 'parent', 'rowid'],
}
/** Modules that show other tables and keep nothing. */
const WITHOUT_CONTENT = ['fts5vocab', 'fts4aux', 'dbstat']

/**
 * Full-text and R-tree tables are written as what was put into them, which every engine loads.
 * Others, and full-text tables that do not keep their texts, are carried by the tables behind them
 * and an entry in the schema, as the sqlite3 shell does it.
 */
export async function planVirtualTable(
  planning: Planning,
  object: SchemaObject,
): Promise<VirtualTablePlan> {
  const parsed = parseVirtualTable(object.sql)
  const { name, sql } = object
  const create: DumpStep = { text: createStatement(sql), content: true }
  if (parsed !== undefined && WITHOUT_CONTENT.includes(parsed.module)) {
    return { steps: [create], shadows: [] }
  }
  if (parsed === undefined || !(await isReadable(planning, object, parsed))) {
    return schemaEntry(planning, object)
  }
  const shadows = (READABLE[parsed.module] ?? []).map(suffix => `${name}_${suffix}`)
  if (planning.options.schemaOnly) return { steps: [create], shadows }
  const content =
    parsed.module === 'fts5'
      ? await fullText(planning, name, parsed.options)
      : [await rtreeRows(planning, name)]
  return { steps: [create, ...content], shadows }
}

async function isReadable(
  { snapshot }: Planning,
  { name }: SchemaObject,
  { module, options }: VirtualTable,
): Promise<boolean> {
  if (!Object.hasOwn(READABLE, module)) return false
  if (module === 'fts5' && (options.get('content') === '' || options.has('locale'))) return false
  try {
    await snapshot.query(`SELECT 1 FROM ${quoteIdentifier(name)} LIMIT 0`)
    return true
  } catch {
    // A tokenizer of an application, for instance. The tables behind it can be read all the same.
    return false
  }
}

function schemaEntry({ remarks }: Planning, { name, sql }: SchemaObject): VirtualTablePlan {
  remarks.push({
    lost: false,
    text: `virtual table ${name}: loading needs PRAGMA writable_schema, as the sqlite3 shell and \`dbfleet restore\` have it; open the database anew afterwards`,
  })
  const [quotedName, quotedSql] = [shortLiteral(name), shortLiteral(sql)]
  return {
    shadows: [],
    steps: [
      { text: 'PRAGMA writable_schema=ON;\n', content: false },
      {
        text: `INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql) VALUES('table',${quotedName},${quotedName},0,${quotedSql});\n`,
        content: true,
      },
      { text: 'PRAGMA writable_schema=OFF;\n', content: false },
    ],
  }
}

async function fullText(
  planning: Planning,
  name: string,
  options: ReadonlyMap<string, string>,
): Promise<DumpStep[]> {
  const { snapshot, remarks } = planning
  const quoted = quoteIdentifierIfNeeded(name)
  const settings = await snapshot.query(
    `SELECT k, v FROM ${quoteIdentifier(`${name}_config`)} WHERE k <> 'version' ORDER BY k`,
  )
  const steps: DumpStep[] = settings.map(({ k, v }) => ({
    text: `INSERT INTO ${quoted}(${quoted},rank) VALUES(${shortLiteral(k ?? null)},${shortLiteral(v ?? null)});\n`,
    content: true,
  }))
  const columns = await columnsOf(planning, name)
  const source = options.get('content')
  if (source === undefined) {
    return [...steps, { rows: rowSource(name, columns, byRowid('t.rowid')), content: true }]
  }
  if (!options.has('columnsize')) {
    const found = await comparedWithContent(planning, name, source, options.get('content_rowid'))
    if (found.missing > 0n) {
      remarks.push({
        lost: true,
        text: `full-text table ${name}: ${found.missing} indexed rows are no longer in ${source}, and cannot be indexed anew`,
      })
    }
    if (!found.isComplete) {
      const from = `${quoteIdentifier(`${name}_docsize`)} AS k JOIN ${quoteIdentifier(name)} AS t ON t.rowid = k.id`
      return [...steps, { rows: rowSource(name, columns, byRowid('k.id'), from), content: true }]
    }
  }
  return [
    ...steps,
    { text: `INSERT INTO ${quoted}(${quoted}) VALUES('rebuild');\n`, content: true },
  ]
}

/** Whether every row of the table that a full-text index describes is in it, and no other. */
async function comparedWithContent(
  { snapshot }: Planning,
  name: string,
  content: string,
  rowid = 'rowid',
): Promise<{ isComplete: boolean; missing: bigint }> {
  const key = `c.${quoteIdentifier(rowid)}`
  const [row] = await snapshot.query(
    `SELECT (SELECT count(*) FROM ${quoteIdentifier(content)}) AS rows, count(*) AS indexed,
      count(*) - count(${key}) AS missing
     FROM ${quoteIdentifier(`${name}_docsize`)} AS d LEFT JOIN ${quoteIdentifier(content)} AS c ON ${key} = d.id`,
  )
  const missing = row?.missing as bigint
  return { isComplete: missing === 0n && row?.rows === row?.indexed, missing }
}

async function rtreeRows(planning: Planning, name: string): Promise<DumpStep> {
  const columns = await columnsOf(planning, name)
  // The tree itself has no order; the list of its entries has.
  const from = `${quoteIdentifier(`${name}_rowid`)} AS k JOIN ${quoteIdentifier(name)} AS t ON ${columns[1]?.sql} = k.rowid`
  return { rows: rowSource(name, columns.slice(1), byRowid('k.rowid'), from), content: true }
}

/** The rowid and the columns that were declared. */
async function columnsOf({ snapshot }: Planning, name: string) {
  const rows: Row[] = await snapshot.query(
    'SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0 ORDER BY cid',
    [name],
  )
  return ['rowid', ...rows.map(row => String(row.name))].map((column, i) => ({
    name: column,
    sql: i === 0 ? 't.rowid' : `t.${quoteIdentifier(column)}`,
    signedZero: true,
    isRowid: i === 0,
  }))
}
