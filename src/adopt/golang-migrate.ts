import type { ForeignTool } from './foreign-tool.js'
import { importPairs, PAIR } from './sql-pairs.js'
import { findByVersion } from './version-number.js'

/**
 * golang-migrate (database/sqlite3/sqlite3.go): pairs with numbers. The ledger is one row, with the
 * newest version, and whether its migration began and did not end.
 */
export const golangMigrate: ForeignTool = {
  name: 'golang-migrate',
  title: 'golang-migrate',
  // It says beforehand that it begins.
  recordsApart: false,
  ledger: {
    table: 'schema_migrations',
    has: ['version', 'dirty'],
    select: { version: 'version', dirty: 'dirty' },
    order: 'version',
  },
  understand(rows) {
    // -1 stands for none, and is there only when reverting the first one failed.
    const recorded = rows.map(({ version }) => String(version)).filter(version => version !== '-1')
    const isDirty = rows.some(({ dirty }) => dirty !== 0n && dirty !== 'false')
    return {
      entries: recorded.map(key => ({ key, through: true })),
      problems: isDirty ? [`left it dirty at version ${recorded.at(-1) ?? 'none'}`] : [],
    }
  },
  find: findByVersion,
  recognises: async ({ paths }) =>
    paths.some(path => {
      const version = PAIR.exec(path)?.[1]
      return version !== undefined && !/^1\d{9}$/.test(version)
    }),
  importFrom: files => importPairs(files),
}
