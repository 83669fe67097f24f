import { asciiLowerCase } from '../sql/ascii-case.js'
import type { Schema } from './schema.js'

const FTS3 = ['content', 'segments', 'segdir', 'docsize', 'stat']
const RTREE = ['node', 'rowid', 'parent']

/** What modules append to the names of the tables that they keep their data in. */
const SUFFIXES = new Map<string, readonly string[]>([
  ['fts3', FTS3],
  ['fts4', FTS3],
  ['fts5', ['data', 'idx', 'content', 'docsize', 'config']],
  ['rtree', RTREE],
  ['rtree_i32', RTREE],
  ['geopoly', RTREE],
  ['spellfix1', ['vocab']],
])

/**
 * The tables, in lower case, that virtual tables and vector indexes keep their data in. The engine's
 * own rule is the same, but it knows only modules that are loaded, and libSQL does not apply it to
 * its vector indexes.
 */
export function shadowTables({ virtualTables, indexes }: Schema): Set<string> {
  const shadows = new Set<string>(['libsql_vector_meta_shadow'])
  for (const { name, module } of virtualTables) {
    for (const suffix of SUFFIXES.get(module) ?? []) {
      shadows.add(`${asciiLowerCase(name)}_${suffix}`)
    }
  }
  for (const { name, parts } of indexes) {
    const isVector = parts.some(({ expression }) => expression.startsWith('libsql_vector_idx ('))
    if (isVector) shadows.add(`${asciiLowerCase(name)}_shadow`)
  }
  return shadows
}
