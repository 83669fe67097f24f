import { UsageError } from '../errors/usage-error.js'
import { compileModule } from '../modules/compile-module.js'
import type { Migration, MigrationModule } from './migration.js'
import { moduleLoadError } from './module-load-error.js'

/**
 * Imports a module migration; TypeScript is compiled on the way.
 *
 * @throws UsageError `migration-invalid` when it does not load or exports no `up`
 */
export async function importModule({ file }: Migration): Promise<MigrationModule> {
  const module = await evaluate(file)
  const exported = (module.default ?? module) as Partial<MigrationModule>
  const up = module.up ?? exported.up
  const down = module.down ?? exported.down
  if (typeof up !== 'function') {
    throw new UsageError('migration-invalid', `${file} exports no function \`up\``, {
      hint: 'Nothing was touched. Write `export async function up(db) { … }`, and `down` likewise.',
    })
  }
  return typeof down === 'function' ? { up, down } : { up }
}

type Exports = Partial<MigrationModule> & { default?: unknown }

async function evaluate(file: string): Promise<Exports> {
  try {
    // `import 'kysely'` gives dbfleet's own, also where the project has none.
    const kysely = await import('kysely')
    return (await compileModule(file, { kysely })) as Exports
  } catch (error) {
    throw moduleLoadError(error, file)
  }
}
