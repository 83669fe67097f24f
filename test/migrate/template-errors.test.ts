import { describe, expect, it } from 'vitest'
import { UsageError } from '../../src/errors/usage-error.js'
import { parseTableTemplate } from '../../src/migrate/template/parse-table-template.js'

const base = { table: 't', json: 'data' }
const tag = { name: 'a', path: '$.a', type: 'text' }

function errorOf(text: string): UsageError {
  try {
    parseTableTemplate(text, 'readings', 'templates/readings.json')
  } catch (error) {
    if (error instanceof UsageError) return error
    throw error
  }
  throw new Error('the template was accepted')
}

describe('a wrong template', () => {
  it('is told with file, line, column, place and the nearest known key', () => {
    const text =
      '{\n  "table": "t",\n  "json": "data",\n  "tags": [\n    { "name": "a", "pth": "$.a", "type": "text" }\n  ]\n}'
    expect(errorOf(text)).toMatchObject({
      code: 'template-invalid',
      message: [
        'templates/readings.json has 2 problems:',
        '  templates/readings.json:5:5: tags[0].path: is missing',
        '  templates/readings.json:5:20: tags[0].pth: unknown key; did you mean "path"?',
      ].join('\n'),
      hint: 'docs/templates.md describes every key.',
    })
  })

  it('that uses the name of the default key is told to name the key', () => {
    expect(errorOf(JSON.stringify({ ...base, tags: [{ ...tag, name: 'id' }] })).hint).toBe(
      'Name the primary key otherwise, under `key`.',
    )
  })

  it('that is no JSON is told with line and column', () => {
    expect(errorOf('{\n  "table": "t",\n}')).toMatchObject({
      code: 'template-invalid',
      message: 'templates/readings.json:2:15: a comma before "}"',
      hint: 'The file must be JSON, without comments.',
    })
  })

  it('is told all that is wrong, in the order of the file', () => {
    const { message } = errorOf(
      JSON.stringify({
        tble: 't',
        json: 7,
        strict: 'yes',
        columns: [{ name: 'a\n', type: 'string', default: [] }],
        tags: [{ name: '', path: 'a', type: 'txt', stored: 0, foo: 1 }],
        indexes: [{ columns: [], unique: null }],
      }),
    )
    expect(message.split('\n').map(line => line.replace(/.*readings.json:\d+:\d+: /, ''))).toEqual([
      'templates/readings.json has 14 problems:',
      'table: is missing',
      'tble: unknown key; did you mean "table"?',
      'json: must be text',
      'strict: must be true or false',
      'columns[0].name: must not hold control characters or half characters',
      'columns[0].type: must be one of text, integer, real, numeric, blob, not "string"',
      'columns[0].default: must be text, a number, true, false, null or { "sql": "CURRENT_TIMESTAMP" }',
      'tags[0].name: must not be empty',
      'tags[0].path: "a": a path starts with "$", as in "$.key"',
      'tags[0].type: must be one of text, integer, real, numeric, blob, not "txt"; did you mean "text"?',
      'tags[0].stored: must be true or false',
      'tags[0].foo: unknown key; known here are name, path, type, stored, index, unique',
      'indexes[0].columns: must name a column',
      'indexes[0].unique: must be true or false',
    ])
  })

  it.each([
    [[], 'the template: must be an object'],
    [{ ...base, tags: {} }, 'tags: must be a list'],
    [{ ...base, tags: [null] }, 'tags[0]: must be an object'],
    [{ ...base, table: 'sqlite_x' }, 'table: sqlite_x: SQLite keeps names that begin with sqlite_'],
    [
      { ...base, table: 'DBFLEET_migrations' },
      "table: dbfleet_migrations is the table of dbfleet's",
    ],
    [{ ...base, json: 'ID' }, 'json: ID is the name of the primary key, too'],
    [{ ...base, tags: [{ ...tag, name: 'DATA' }] }, 'tags[0].name: DATA is the name of json, too'],
    [
      { ...base, tags: [tag, { ...tag, name: 'A' }], indexes: [] },
      'tags[1].name: A is the name of tags[0].name, too',
    ],
    [
      { ...base, tags: [{ ...tag, index: false, unique: true }] },
      'tags[0].index: a unique tag needs its index',
    ],
    [
      { ...base, strict: true, tags: [{ ...tag, type: 'numeric' }] },
      'tags[0].type: a strict table',
    ],
    [{ ...base, strict: true, tags: [{ ...tag, type: 'blob' }] }, 'tags[0].type: JSON holds no'],
    [
      { ...base, strict: true, columns: [{ name: 'n', type: 'numeric' }] },
      'columns[0].type: a strict table has no type numeric',
    ],
    [
      { ...base, tags: [tag], indexes: [{ columns: ['b'] }] },
      'indexes[0].columns[0]: b is no column or tag of this template; did you mean a?',
    ],
    [
      { ...base, indexes: [{ columns: ['data', 'Data'] }] },
      'indexes[0].columns[1]: Data is in this index before',
    ],
    [
      { ...base, tags: [tag], indexes: [{ columns: ['a'], name: 'again' }] },
      'indexes[0].name: makes an index on the same columns as tags[0].name',
    ],
    [
      { ...base, tags: [tag], indexes: [{ columns: ['id'], name: 'T_a' }] },
      'indexes[0].name: makes an index T_a, which is the name of tags[0].name, too',
    ],
    [
      { ...base, indexes: [{ columns: ['id'], name: 'T' }] },
      'indexes[0].name: makes an index T, which is the name of table, too',
    ],
  ])('%j is refused', (template, message) => {
    expect(errorOf(JSON.stringify(template)).message).toContain(message)
  })

  it.each([
    ['text', 1, 'needs a text'],
    ['text', 'a\0b', 'holds NUL'],
    ['integer', 'one', 'needs a number'],
    ['integer', { sql: 'CURRENT_DATE' }, 'needs a number'],
    ['integer', 1.5, 'needs a whole number'],
    ['integer', 2 ** 53, 'beyond 2^53'],
    ['blob', 'x', 'a blob has no literal in JSON'],
  ])('is one whose %s column has the default %j', (type, value, message) => {
    const columns = [{ name: 'c', type, default: value }]
    expect(errorOf(JSON.stringify({ ...base, columns })).message).toContain(message)
  })

  it('is one whose number is too large for SQLite, or whose default is NULL where NULL is refused', () => {
    const column = (rest: string) =>
      `{"table":"t","json":"d","columns":[{"name":"c","type":"real",${rest}}]}`
    expect(errorOf(column('"default":1e999')).message).toContain('beyond the largest number')
    expect(errorOf(column('"notNull":true,"default":null')).message).toContain('null is not a')
  })
})
