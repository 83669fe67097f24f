import * as v from 'valibot'
import { nearest } from '../../errors/nearest.js'
import { canonicalJsonPath } from './json-path.js'

/** The types that a column or a tag can have; SQLite's five affinities. */
export const columnTypes = ['text', 'integer', 'real', 'numeric', 'blob'] as const
export type ColumnType = (typeof columnTypes)[number]

/** Arrays are objects to valibot, so what is none is said before its keys are looked for. */
const object = <const Entries extends v.ObjectEntries>(entries: Entries) =>
  v.pipe(v.any(), v.check(isRecord, 'must be an object'), v.object(entries, 'is missing'))

const flag = (byDefault: boolean, text: string) =>
  v.optional(v.pipe(v.boolean('must be true or false'), v.description(text)), byDefault)

const text = v.string('must be text')

const name = (of: string) =>
  v.pipe(
    text,
    v.minLength(1, 'must not be empty'),
    v.check(
      value => !/[\p{Cc}\p{Surrogate}]/u.test(value),
      'must not hold control characters or half characters',
    ),
    v.description(of),
  )

const oneOf = <const Options extends readonly string[]>(options: Options, what: string) =>
  v.pipe(
    v.picklist(options, ({ input }) => {
      const near = typeof input === 'string' ? nearest(input, options) : undefined
      const question = near === undefined ? '' : `; did you mean "${near}"?`
      return `must be one of ${options.join(', ')}, not ${JSON.stringify(input)}${question}`
    }),
    v.description(what),
  )

const jsonPath = v.pipe(
  text,
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const result = canonicalJsonPath(dataset.value)
    if ('path' in result) return result.path
    addIssue({ message: `${JSON.stringify(dataset.value)}: ${result.problem}` })
    return NEVER
  }),
  v.description(
    'The value\'s place in the document, as SQLite\'s JSON functions write it: $.user, $.in[0], $.list[#-1], $.out."630nm".',
  ),
)

const column = object({
  name: name("The column's name."),
  type: oneOf(columnTypes, "The column's type."),
  notNull: flag(false, 'Whether NULL is refused.'),
  default: v.optional(
    v.pipe(
      v.union(
        [
          v.string(),
          v.number(),
          v.boolean(),
          v.null(),
          object({
            sql: oneOf(
              ['CURRENT_TIMESTAMP', 'CURRENT_DATE', 'CURRENT_TIME'],
              'The time of the insert, in UTC.',
            ),
          }),
        ],
        'must be text, a number, true, false, null or { "sql": "CURRENT_TIMESTAMP" }',
      ),
      v.description('What an insert without this column stores.'),
    ),
  ),
  unique: flag(false, 'Whether a unique index is made on it.'),
})

const tag = object({
  name: name("The generated column's name."),
  path: jsonPath,
  type: oneOf(columnTypes, 'The type that the value is converted to where it can be.'),
  stored: flag(
    false,
    'Whether the value is written into the row, too. Only for a table that does not exist yet.',
  ),
  index: flag(true, 'Whether an index is made on it.'),
  unique: flag(false, 'Whether that index is unique.'),
})

const index = object({
  name: v.optional(
    name("The index's name; by default the table's and the columns' names joined by _."),
  ),
  columns: v.pipe(
    v.array(name('A column or tag of this template.'), 'must be a list'),
    v.minLength(1, 'must name a column'),
    v.description('Columns and tags, in the order of the index.'),
  ),
  unique: flag(false, 'Whether the index is unique.'),
})

/** The shape of a template's JSON file. */
export const tableSchema = object({
  $schema: v.optional(v.pipe(text, v.description('Where this JSON Schema is, for editors.'))),
  description: v.optional(
    v.pipe(text, v.description('Goes into the header of the migration, in one line.')),
  ),
  table: name("The table's name."),
  key: v.optional(
    v.pipe(
      object({
        name: name("The primary key's name."),
        type: oneOf(['integer', 'text', 'blob'], "The primary key's type."),
      }),
      v.description('The primary key of a new table; by default id, an INTEGER PRIMARY KEY.'),
    ),
  ),
  columns: v.optional(
    v.pipe(v.array(column, 'must be a list'), v.description('Ordinary columns.')),
    () => [],
  ),
  json: name('The column that holds the JSON document.'),
  tags: v.optional(
    v.pipe(
      v.array(tag, 'must be a list'),
      v.description('Values in the document that become generated columns.'),
    ),
    () => [],
  ),
  indexes: v.optional(
    v.pipe(
      v.array(index, 'must be a list'),
      v.description('Further indexes, on several columns or on ordinary ones.'),
    ),
    () => [],
  ),
  strict: flag(false, 'Whether a new table is STRICT.'),
})

export type TableDescription = v.InferOutput<typeof tableSchema>
export type ColumnDescription = TableDescription['columns'][number]
export type TagDescription = TableDescription['tags'][number]

/** True for what JSON calls an object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
