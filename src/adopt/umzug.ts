import type { ForeignTool } from './foreign-tool.js'
import { importModules, isModule } from './import-modules.js'
import { findByName } from './name-by-key.js'

/**
 * Umzug (lib/storage/sequelize.js): its users bring their own storage; the only one that comes with it
 * for databases writes file names to the table SequelizeMeta. Its modules are given an object with the
 * user's own context, which nobody else can make.
 */
export const umzug: ForeignTool = {
  name: 'umzug',
  title: 'Umzug',
  recordsApart: true,
  ledger: {
    table: 'SequelizeMeta',
    has: ['name'],
    select: { name: 'name' },
    order: 'name',
  },
  understand: rows => ({ entries: rows.map(({ name }) => ({ key: String(name) })), problems: [] }),
  find: findByName,
  async recognises(files) {
    const texts = files.paths.filter(isModule).map(path => files.read(path))
    return (await Promise.all(texts)).some(
      text => !/\bkysely\b/i.test(text) && TAKES_CONTEXT.test(text),
    )
  },
  importFrom: files =>
    importModules(files, {
      whyNot: () => 'Umzug gives `up` an object with your own context, and dbfleet a Kysely',
    }),
}

const TAKES_CONTEXT = /\bcontext\b|\bqueryInterface\b/
