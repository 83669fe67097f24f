import type { ForeignTool } from './foreign-tool.js'
import { importModules, isModule } from './import-modules.js'
import { findByName } from './name-by-key.js'

/**
 * Kysely's Migrator (dist/migration/migrator.js, file-migration-provider.js): modules whose `up` and
 * `down` take a Kysely, as dbfleet's do; the name is that of the file without its ending.
 */
export const kysely: ForeignTool = {
  name: 'kysely',
  title: 'Kysely',
  recordsApart: true,
  ledger: {
    table: 'kysely_migration',
    has: ['name', 'timestamp'],
    select: { name: 'name' },
    order: 'name',
    companions: table => [`${table}_lock`],
  },
  understand: rows => ({ entries: rows.map(({ name }) => ({ key: String(name) })), problems: [] }),
  find: findByName,
  async recognises(files) {
    const texts = files.paths.filter(isModule).map(path => files.read(path))
    return (await Promise.all(texts)).some(text => /\bkysely\b/i.test(text))
  },
  importFrom: files => importModules(files, { whyNot: () => undefined }),
}
