import { describe, expect, it } from 'vitest'
import { moduleFeature } from '../../src/migrate/module-feature.js'

describe('what a module names that only libSQL has', () => {
  it.each([
    ['sql`CREATE INDEX i ON t (libsql_vector_idx(e))`', 'libsql_vector_idx'],
    ["sql`INSERT INTO t VALUES (vector32 ('[1]'))`", 'vector32'],
    ["sql.raw('SELECT * FROM vector_top_k(1)')", 'vector_top_k'],
    ['sql`CREATE TABLE t (x) random\n  rowid`', 'random\n  rowid'],
    ['sql`ALTER TABLE t ALTER COLUMN x TO x TEXT`', 'ALTER COLUMN x TO'],
  ])('%j', (source, feature) => {
    expect(moduleFeature(source)).toBe(feature)
  })

  it.each([
    "import { vector } from './vector.js'; vector(1)",
    'const vector32 = 1; const random = Math.random(); const rowid = 2',
    'sql`SELECT rowid FROM t ORDER BY random()`',
    "db.schema.alterTable('t').alterColumn('x', c => c.setDataType('text'))",
  ])('but not in %j', source => {
    expect(moduleFeature(source)).toBeUndefined()
  })
})
