import fc from 'fast-check'
import { type Choose, respell } from './spelling.js'

const TABLES = ['users', 'orders', 'items'] as const
const COLUMNS = ['a', 'b', 'c', 'd'] as const

const expression = fc.letrec<{ number: string; condition: string }>(tie => ({
  number: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(...COLUMNS),
    fc.constantFrom('1', '2.5', "'x''y'", "x'AB'"),
    fc.tuple(tie('number'), fc.constantFrom('+', '-', '*', '||', '%'), tie('number')).map(binary),
    tie('number').map(x => `(- ${x})`),
    tie('number').map(x => `abs(${x})`),
    fc
      .tuple(tie('condition'), tie('number'), tie('number'))
      .map(([when, x, y]) => `CASE WHEN ${when} THEN ${x} ELSE ${y} END`),
  ),
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.tuple(tie('number'), fc.constantFrom('=', '<', '>=', '!=', 'IS'), tie('number')).map(binary),
    fc.tuple(tie('condition'), fc.constantFrom('AND', 'OR'), tie('condition')).map(binary),
    tie('condition').map(x => `(NOT ${x})`),
    fc
      .tuple(tie('number'), tie('number'), tie('number'))
      .map(([x, low, high]) => `(${x} BETWEEN ${low} AND ${high})`),
    fc.tuple(tie('number'), tie('number')).map(([x, y]) => `(${x} IN (${y}, 3))`),
    tie('number').map(x => `(${x} IS NOT NULL)`),
  ),
}))

function binary([left, operator, right]: [string, string, string]): string {
  return `(${left} ${operator} ${right})`
}

/** Numbers and conditions over the columns, with every parenthesis there can be. */
export const expressions = expression

const column = fc.record({
  type: fc.constantFrom('INTEGER', 'TEXT', 'VARCHAR(10)', 'DOUBLE PRECISION', ''),
  notNull: fc.boolean(),
  default: fc.option(fc.constantFrom('0', "'x'", '1.5', 'CURRENT_TIMESTAMP', '-3')),
  collation: fc.constantFrom('BINARY', 'NOCASE'),
  unique: fc.boolean(),
})

const index = fc.record({
  unique: fc.boolean(),
  parts: fc.array(
    fc.record({
      expression: fc.oneof(fc.constantFrom(...COLUMNS), expression.number),
      descending: fc.boolean(),
    }),
    { minLength: 1, maxLength: 2 },
  ),
  where: fc.option(expression.condition),
})

const table = fc.record({
  columns: fc.tuple(column, column, column, column),
  key: fc.constantFrom('none', 'rowid', 'autoincrement', 'pair'),
  checks: fc.array(expression.condition, { maxLength: 2 }),
  generated: fc.option(
    fc.record({ expression: expression.number, kind: fc.constantFrom('VIRTUAL', 'STORED') }),
  ),
  reference: fc.option(
    fc.record({
      parent: fc.constantFrom(...TABLES),
      onDelete: fc.constantFrom('NO ACTION', 'CASCADE', 'SET NULL'),
      deferred: fc.boolean(),
    }),
  ),
  indexes: fc.array(index, { maxLength: 2 }),
  trigger: fc.option(
    fc.record({ when: expression.number, time: fc.constantFrom('BEFORE', 'AFTER') }),
  ),
})

export type TableSpec = typeof table extends fc.Arbitrary<infer T> ? T : never
export interface SchemaSpec {
  tables: TableSpec[]
  /** The condition of a view over the first table. */
  view: string | null
}

export const schemaSpecs: fc.Arbitrary<SchemaSpec> = fc.record({
  tables: fc.array(table, { minLength: 1, maxLength: 3 }),
  view: fc.option(expression.condition),
})

const NAMES = new Set<string>([...TABLES, ...COLUMNS, 'id', 'g', 'id2'])

/** The SQL that makes a schema, in a spelling that the choices give. */
export function write({ tables, view }: SchemaSpec, choose: Choose): string {
  const statements = tables.flatMap((spec, number) => writeTable(spec, number, choose))
  const first = TABLES[0]
  if (view !== null) {
    statements.push(`CREATE VIEW v AS SELECT a, b FROM ${first} WHERE ${loosen(view, choose)}`)
  }
  return statements.map(sql => `${respell(sql, NAMES, choose)};\n`).join('')
}

function writeTable(spec: TableSpec, number: number, choose: Choose): string[] {
  const name = TABLES[number] ?? 'users'
  const ofTable: string[] = []
  const definitions: string[] = []
  if (spec.key === 'rowid' && choose(2) === 0) {
    definitions.push('id INTEGER')
    ofTable.push('PRIMARY KEY (id)')
  } else if (spec.key === 'rowid') {
    definitions.push(`id INTEGER ${choose(2) === 0 ? 'NOT NULL ' : ''}PRIMARY KEY`)
  } else if (spec.key === 'autoincrement') definitions.push('id INTEGER PRIMARY KEY AUTOINCREMENT')
  else if (spec.key === 'pair') {
    definitions.push('id INTEGER', 'id2 INTEGER')
    ofTable.push('PRIMARY KEY (id, id2)')
  } else definitions.push('id INTEGER')
  for (const [position, column] of spec.columns.entries()) {
    const columnName = COLUMNS[position] ?? 'a'
    const parts = [`${columnName} ${column.type}`]
    const constraints: string[] = []
    if (column.notNull) constraints.push('NOT NULL')
    if (column.default !== null) {
      constraints.push(`DEFAULT ${choose(2) === 0 ? `(${column.default})` : column.default}`)
    }
    if (column.collation !== 'BINARY') constraints.push(`COLLATE ${column.collation}`)
    else if (choose(3) === 0) constraints.push('COLLATE binary')
    if (column.unique && choose(2) === 0) constraints.push('UNIQUE')
    else if (column.unique) ofTable.push(`UNIQUE (${columnName})`)
    if (columnName === 'b' && spec.reference !== null) {
      const { parent, onDelete, deferred } = spec.reference
      const clause = [
        `REFERENCES ${parent} (a)`,
        ...(onDelete === 'NO ACTION' && choose(2) === 0 ? [] : [`ON DELETE ${onDelete}`]),
        ...(deferred ? ['DEFERRABLE INITIALLY DEFERRED'] : []),
      ].join(' ')
      if (choose(2) === 0) constraints.push(clause)
      else ofTable.push(`FOREIGN KEY (b) ${clause}`)
    }
    if (choose(2) === 0) constraints.reverse()
    definitions.push([...parts, ...constraints].join(' '))
  }
  if (spec.generated !== null) {
    const { expression, kind } = spec.generated
    const always = choose(2) === 0 ? 'GENERATED ALWAYS ' : ''
    definitions.push(`g TEXT ${always}AS (${loosen(expression, choose)}) ${kind}`)
  }
  for (const check of spec.checks) {
    const text = `CHECK (${loosen(check, choose)})`
    ofTable.push(choose(2) === 0 ? `CONSTRAINT named ${text}` : text)
  }
  if (choose(2) === 0) ofTable.reverse()
  const indexes = spec.indexes.map(({ unique, parts, where }, index) => {
    const list = parts.map(
      ({ expression, descending }) =>
        `${loosen(expression, choose)}${descending ? ' DESC' : choose(2) === 0 ? ' ASC' : ''}`,
    )
    const condition = where === null ? '' : ` WHERE ${loosen(where, choose)}`
    return `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${choose(2) === 0 ? 'IF NOT EXISTS ' : ''}${name}_i${index} ON ${name} (${list.join(', ')})${condition}`
  })
  const triggers =
    spec.trigger === null
      ? []
      : [
          `CREATE TRIGGER ${name}_t ${spec.trigger.time === 'BEFORE' && choose(2) === 0 ? '' : spec.trigger.time} UPDATE OF a ON ${name} ${choose(2) === 0 ? 'FOR EACH ROW' : ''} BEGIN SELECT ${loosen(spec.trigger.when, choose)} FROM ${name}; END`,
        ]
  return [
    `CREATE TABLE ${name} (${[...definitions, ...ofTable].join(', ')})`,
    ...indexes,
    ...triggers,
  ]
}

/** Another text of the same expression: more parentheses, or none around the whole. */
function loosen(text: string, choose: Choose): string {
  if (choose(3) === 0) return `(${text})`
  return choose(2) === 0 && isWrapped(text) ? text.slice(1, -1) : text
}

function isWrapped(text: string): boolean {
  if (!text.startsWith('(')) return false
  let depth = 0
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === '(') depth += 1
    else if (text[index] === ')') depth -= 1
    if (depth === 0) return index === text.length - 1
  }
  return false
}
