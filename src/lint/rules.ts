import { asciiLowerCase } from '../sql/ascii-case.js'
import { refusedByServer } from '../sql/refused-by-server.js'
import { existsBefore, type MigrationFacts, rebuiltIn } from './migration-facts.js'
import type { Rule, Violation } from './rule.js'
import type { ShapedStatement, StatementShape } from './statement-shape.js'

type ShapeOf<Kind extends StatementShape['kind']> = Extract<StatementShape, { kind: Kind }>

const RANDOM = /\b(?:random|randomblob)\s*\(/i
const CONSTANT = /^(?:- )?(?:\d|\.\d|'|X'|true$|false$)/i

/** Every rule, in the order of `docs/lint.md`. */
export const RULES: readonly Rule[] = [
  {
    code: 'drops-table',
    severity: 'warning',
    hint: 'Its rows are gone in every database. Back up first, and allow it when it is meant.',
    find: facts =>
      inUp(facts, 'drop', shape => {
        if (shape.what !== 'TABLE' || rebuiltIn(facts.up).has(shape.name)) return
        return existsBefore(facts, shape.name) ? `drops the table ${shape.name}` : undefined
      }),
  },
  {
    code: 'drops-column',
    severity: 'warning',
    hint: 'Its values are gone in every database. Back up first, and allow it when it is meant.',
    find: facts =>
      inUp(facts, 'drop-column', ({ table, column }) =>
        existsBefore(facts, table) ? `drops the column ${table}.${column}` : undefined,
      ),
  },
  {
    code: 'not-null-without-default',
    severity: 'error',
    hint: 'It works in an empty table and fails where there are rows. Give it a default.',
    find: facts =>
      inUp(facts, 'add-column', ({ table, column }) =>
        column.notNull && column.default === undefined && column.generated === undefined
          ? `adds ${table}.${column.name}, which is NOT NULL and has no default`
          : undefined,
      ),
  },
  {
    code: 'default-by-alter',
    severity: 'error',
    hint: 'It works in an empty table and fails where there are rows. Add it without a default and fill it, or rebuild the table.',
    find: facts =>
      inUp(facts, 'add-column', ({ table, column }) =>
        column.default !== undefined && !CONSTANT.test(column.default)
          ? `adds ${table}.${column.name} with a default that is no constant`
          : undefined,
      ),
  },
  {
    code: 'stored-by-alter',
    severity: 'error',
    hint: 'It works in an empty table and fails where there are rows. Make it VIRTUAL, or rebuild the table.',
    find: facts =>
      inUp(facts, 'add-column', ({ table, column }) =>
        column.generated?.kind === 'stored'
          ? `adds the STORED generated column ${table}.${column.name} by ALTER TABLE`
          : undefined,
      ),
  },
  {
    code: 'adds-unique',
    severity: 'warning',
    hint: 'It fails in each database that has duplicates. Remove them in the same migration, or look for them first with `dbfleet query`.',
    find: facts =>
      inUp(facts, 'create-index', ({ unique, table, name }) =>
        unique && existsBefore(facts, table)
          ? `makes the unique index ${name} on ${table}, which may hold duplicates`
          : undefined,
      ),
  },
  {
    code: 'rebuild-loses',
    severity: 'error',
    hint: 'Make them again after the RENAME, or drop them by name before.',
    find: findLost,
  },
  {
    code: 'random-default',
    severity: 'warning',
    hint: 'Every database makes values of its own, and a dump restored from SQL makes others. Let the application make them.',
    find: facts => [
      ...inUp(facts, 'create-table', ({ name, table }) => {
        const column = table.columns.find(({ default: value }) => RANDOM.test(value ?? ''))
        return column === undefined ? undefined : `${name}.${column.name} has a random default`
      }),
      ...inUp(facts, 'add-column', ({ table, column }) =>
        RANDOM.test(column.default ?? '')
          ? `${table}.${column.name} has a random default`
          : undefined,
      ),
    ],
  },
  {
    code: 'rewrites-table',
    severity: 'note',
    hint: 'The time grows with the table, and writers wait for it. `dbfleet check --rehearse` tries it on copies.',
    find: facts => [
      ...inUp(facts, 'update', ({ table, everywhere }) =>
        everywhere && existsBefore(facts, table) ? `updates every row of ${table}` : undefined,
      ),
      ...inUp(facts, 'rename-table', ({ to }) =>
        rebuiltIn(facts.up).has(to) ? `rebuilds the table ${to}` : undefined,
      ),
    ],
  },
  {
    code: 'down-destroys',
    severity: 'warning',
    hint: 'A down takes back what its up did; data that was there before is not its own to take.',
    find: facts => [
      ...find(facts.down, 'down', 'drop', ({ what, name }) =>
        what === 'TABLE' && wasThere(facts, name) && !rebuiltIn(facts.down).has(name)
          ? `the down drops the table ${name}, which the up did not make`
          : undefined,
      ),
      ...find(facts.down, 'down', 'delete', ({ table, everywhere }) =>
        everywhere && wasThere(facts, table)
          ? `the down deletes every row of ${table}, which the up did not make`
          : undefined,
      ),
    ],
  },
  {
    code: 'server-refuses',
    severity: 'error',
    hint: 'Databases of this fleet are on servers. Leave it out, or put it into a file that is run elsewhere.',
    find: facts =>
      facts.onServers
        ? [...inHalf(facts.up, 'up'), ...inHalf(facts.down, 'down')].flatMap(violation => {
            const refused = refusedByServer(violation.at.statement)
            return refused === undefined
              ? []
              : [{ ...violation, message: `sqld refuses ${refused}` }]
          })
        : [],
  },
]

function find<Kind extends StatementShape['kind']>(
  statements: readonly ShapedStatement[],
  half: 'up' | 'down',
  kind: Kind,
  judge: (shape: ShapeOf<Kind>) => string | undefined,
): Violation[] {
  return statements.flatMap(at => {
    if (at.shape.kind !== kind) return []
    const message = judge(at.shape as ShapeOf<Kind>)
    return message === undefined ? [] : [{ message, at, half }]
  })
}

function inUp<Kind extends StatementShape['kind']>(
  { up }: MigrationFacts,
  kind: Kind,
  judge: (shape: ShapeOf<Kind>) => string | undefined,
): Violation[] {
  return find(up, 'up', kind, judge)
}

function inHalf(statements: readonly ShapedStatement[], half: 'up' | 'down') {
  return statements.map(at => ({ at, half }))
}

/** Whether the table was there before the up, by the schema that is known. */
function wasThere({ before }: MigrationFacts, table: string): boolean {
  return before?.tables.some(({ name }) => asciiLowerCase(name) === table) === true
}

/** What stood on a rebuilt table before, and neither stands there after nor was dropped by name. */
function findLost({ up, before, after }: MigrationFacts): Violation[] {
  if (before === undefined || after === undefined) return []
  const rebuilt = rebuiltIn(up)
  const dropped = new Set(
    up.flatMap(({ shape }) =>
      shape.kind === 'drop' && shape.what !== 'TABLE' ? [shape.name] : [],
    ),
  )
  const kept = new Set([...after.indexes, ...after.triggers].map(nameOf))
  const lost = [
    ...before.indexes.map(index => ({ ...index, what: 'index' })),
    ...before.triggers.map(trigger => ({ ...trigger, what: 'trigger' })),
  ].filter(part => !kept.has(nameOf(part)) && !dropped.has(nameOf(part)))
  return find(up, 'up', 'rename-table', ({ to }) => {
    const parts = lost.filter(({ table }) => asciiLowerCase(table) === to)
    if (!rebuilt.has(to) || parts.length === 0) return
    const names = parts.map(({ what, name }) => `${what} ${name}`).join(', ')
    return `rebuilds ${to} and loses ${names}`
  })
}

function nameOf({ name }: { name: string }): string {
  return asciiLowerCase(name)
}
