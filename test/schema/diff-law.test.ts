import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { diffSchemas } from '../../src/schema/diff-schemas.js'
import { fingerprint } from '../../src/schema/fingerprint.js'
import type { Schema } from '../../src/schema/schema.js'
import { type SchemaSpec, schemaSpecs, type TableSpec, write } from './random-schema.js'
import { schemaIfSound } from './schema-of.js'
import { chooser } from './spelling.js'

/** Each changes what a table means. */
const CHANGES: ((table: TableSpec) => TableSpec | undefined)[] = [
  table => ({ ...table, key: table.key === 'rowid' ? 'autoincrement' : 'rowid' }),
  table => withColumn(table, column => ({ ...column, notNull: !column.notNull })),
  table => withColumn(table, column => ({ ...column, unique: !column.unique })),
  table => withColumn(table, column => ({ ...column, type: column.type === 'TEXT' ? '' : 'TEXT' })),
  table =>
    withColumn(table, column => ({ ...column, default: column.default === '0' ? '1.5' : '0' })),
  table =>
    withColumn(table, column => ({
      ...column,
      collation: column.collation === 'BINARY' ? 'NOCASE' : 'BINARY',
    })),
  table => ({ ...table, checks: [...table.checks, '(c > 12345)'] }),
  table => ({
    ...table,
    generated: table.generated === null ? { expression: 'a', kind: 'VIRTUAL' } : null,
  }),
  table =>
    table.generated === null
      ? undefined
      : {
          ...table,
          generated: {
            ...table.generated,
            kind: table.generated.kind === 'STORED' ? 'VIRTUAL' : 'STORED',
          },
        },
  table => ({
    ...table,
    reference:
      table.reference === null
        ? { parent: 'users', onDelete: 'CASCADE', deferred: false }
        : { ...table.reference, deferred: !table.reference.deferred },
  }),
  table => ({
    ...table,
    indexes:
      table.indexes.length === 0
        ? [{ unique: false, parts: [{ expression: 'a', descending: true }], where: null }]
        : table.indexes.map(index => ({ ...index, unique: !index.unique })),
  }),
  table => ({
    ...table,
    indexes: [
      ...table.indexes,
      { unique: false, parts: [{ expression: 'c', descending: false }], where: '(a = 1)' },
    ],
  }),
  table => ({
    ...table,
    trigger: table.trigger === null ? { when: '1', time: 'AFTER' } : null,
  }),
]

function withColumn(
  table: TableSpec,
  change: (column: TableSpec['columns'][0]) => TableSpec['columns'][0],
): TableSpec {
  const [first, ...others] = table.columns
  return { ...table, columns: [change(first), ...others] as TableSpec['columns'] }
}

describe('the difference of two schemas', () => {
  test('is empty for two spellings of one schema', async () => {
    await fc.assert(
      fc.asyncProperty(schemaSpecs, fc.nat(), fc.nat(), async (spec, one, two) => {
        const texts = [write(spec, chooser(one)), write(spec, chooser(two))]
        const [a, b] = await Promise.all(texts.map(schemaIfSound))
        fc.pre(a !== undefined && b !== undefined)
        expect(diffSchemas(a as Schema, b as Schema)).toEqual([])
        expect(fingerprint(a as Schema)).toBe(fingerprint(b as Schema))
      }),
      { numRuns: 150 },
    )
  })

  test('holds every change, in any spelling', async () => {
    const change = fc.nat({ max: CHANGES.length - 1 })
    await fc.assert(
      fc.asyncProperty(schemaSpecs, fc.nat(), fc.nat(), change, async (spec, one, two, number) => {
        const [table] = spec.tables
        const altered = table && CHANGES[number]?.(table)
        fc.pre(altered !== undefined)
        const other: SchemaSpec = { ...spec, tables: [altered, ...spec.tables.slice(1)] }
        const a = await schemaIfSound(write(spec, chooser(one)))
        const b = await schemaIfSound(write(other, chooser(two)))
        fc.pre(a !== undefined && b !== undefined)
        expect(diffSchemas(a as Schema, b as Schema)).not.toEqual([])
        expect(fingerprint(a as Schema)).not.toBe(fingerprint(b as Schema))
      }),
      { numRuns: 150 },
    )
  })
})
