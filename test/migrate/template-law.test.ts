import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Database, Row } from '../../src/database/database.js'
import { UsageError } from '../../src/errors/usage-error.js'
import { templateMigration } from '../../src/migrate/template/index.js'
import type { TableTemplate } from '../../src/migrate/template/template.js'
import { quoteIdentifier } from '../../src/sql/quote.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { engines, openScratch, readSchema, readTemplate, runAll } from './template-scratch.js'

const name = fc.oneof(
  fc.constantFrom('user', 'Tag', 'order', 'select', 'true', "o'clock", 'a"b', '[x]', 'CHECK', 'as'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
)
const step = fc.oneof(
  fc.nat({ max: 9 }).map(index => `[${index}]`),
  fc.nat({ max: 9 }).map(index => `[#-${index + 1}]`),
  fc.string({ unit: 'grapheme', maxLength: 6 }).map(key => `."${key}"`),
)
const path = fc.array(step, { minLength: 1, maxLength: 3 }).map(steps => `$${steps.join('')}`)
const type = fc.constantFrom('text', 'integer', 'real', 'numeric', 'blob')
const tag = fc.record({ name, path, type, unique: fc.boolean() })
const column = fc.oneof(
  fc.record({ name, type: fc.constant('text'), notNull: fc.boolean(), default: fc.string() }),
  fc.record({
    name,
    type: fc.constant('real'),
    default: fc.double({ noDefaultInfinity: true, noNaN: true }),
    unique: fc.constant(true),
  }),
  fc.record({ name, type, default: fc.constant(null) }),
)
const description = fc.record({
  table: name,
  json: name,
  key: fc.record({ name, type: fc.constantFrom('integer', 'text', 'blob') }),
  columns: fc.array(column, { maxLength: 3 }),
  tags: fc.array(tag, { minLength: 1, maxLength: 5 }),
  description: fc.string(),
})

/** Descriptions that dbfleet accepts; whatever else is refused is another test's matter. */
const validDescription = description.filter(candidate => {
  try {
    readTemplate(candidate)
    return true
  } catch (error) {
    if (error instanceof UsageError) return false
    throw error
  }
})

async function inserted({ table, json, key }: TableTemplate, database: Database): Promise<void> {
  const columns = [key?.name ?? 'id', json].map(quoteIdentifier).join(', ')
  await database.run(`INSERT INTO ${quoteIdentifier(table)} (${columns}) VALUES (1, '{}')`)
}

async function columnsOf({ table }: TableTemplate, database: Database): Promise<Row[]> {
  return database.query(
    'SELECT name, type, "notnull", dflt_value, hidden FROM pragma_table_xinfo(?) ORDER BY name',
    [table],
  )
}

describe.each(engines)('any template (%s)', engine => {
  const directory = temporaryDirectories()
  const numRuns = engine === 'libsql' ? 15 : 60

  it('makes a table that takes a document, and a down that leaves nothing', async () => {
    await using database = await openScratch(directory(), engine)
    await fc.assert(
      fc.asyncProperty(validDescription, async description => {
        const template = readTemplate(description)
        const { up, down } = await templateMigration(template, database)
        await runAll(database, up)
        await inserted(template, database)
        await expect(templateMigration(template, database)).rejects.toMatchObject({
          code: 'template-nothing-to-add',
        })
        await runAll(database, down)
        expect(await readSchema(database)).toEqual([])
      }),
      { numRuns },
    )
  })

  it('gives the same columns in two steps, on a table with rows, as in one', async () => {
    await using inTwo = await openScratch(directory(), engine)
    await using inOne = await openScratch(directory(), engine)
    await fc.assert(
      fc.asyncProperty(validDescription, fc.nat(5), fc.nat(3), async (whole, tags, columns) => {
        const part = {
          ...whole,
          tags: whole.tags.slice(0, tags),
          columns: whole.columns.slice(0, columns),
        }
        fc.pre(part.tags.length < whole.tags.length || part.columns.length < whole.columns.length)
        const template = readTemplate(whole)
        const first = await templateMigration(readTemplate(part), inTwo)
        await runAll(inTwo, first.up)
        await inserted(template, inTwo)
        const before = await readSchema(inTwo)

        const second = await templateMigration(template, inTwo)
        await runAll(inTwo, second.up)
        const only = await templateMigration(template, inOne)
        await runAll(inOne, only.up)
        expect(await columnsOf(template, inTwo)).toEqual(await columnsOf(template, inOne))

        await runAll(inTwo, second.down)
        expect(await readSchema(inTwo)).toEqual(before)
        await runAll(inTwo, first.down)
        await runAll(inOne, only.down)
      }),
      { numRuns },
    )
  })
})
