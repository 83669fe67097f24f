import type { ForeignTool } from './foreign-tool.js'
import { importPairs, PAIR } from './sql-pairs.js'
import { findByVersion } from './version-number.js'

/**
 * Geni (src/lib/migrate.rs, src/lib/database_drivers): pairs that begin with seconds since 1970,
 * which are names of dbfleet as they are. It writes a row after its migration, in a step of its own,
 * so that the last one may be applied without being recorded.
 */
export const geni: ForeignTool = {
  name: 'geni',
  title: 'Geni',
  recordsApart: true,
  ledger: {
    table: 'schema_migrations',
    has: ['id'],
    hasNot: ['version', 'name', 'dirty'],
    select: { id: 'id' },
    order: 'id',
  },
  understand: rows => ({ entries: rows.map(({ id }) => ({ key: String(id) })), problems: [] }),
  find: findByVersion,
  recognises: async ({ paths }) =>
    paths.some(path => {
      const version = PAIR.exec(path)?.[1]
      return version !== undefined && isSeconds(version)
    }),
  importFrom: files => importPairs(files, version => (isSeconds(version) ? version : undefined)),
}

/** Seconds since 1970 of this century, which sort before timestamps. */
function isSeconds(version: string): boolean {
  return /^1\d{9}$/.test(version)
}
