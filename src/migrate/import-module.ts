import { UsageError } from '../errors/usage-error.js'
import type { Migration, MigrationModule } from './migration.js'

/**
 * Imports a module migration; TypeScript is compiled on the way.
 *
 * @throws UsageError `migration-invalid` when it does not load or exports no `up`
 */
export async function importModule({ file, name }: Migration): Promise<MigrationModule> {
  const module = await evaluate(file)
  const exported = (module.default ?? module) as Partial<MigrationModule>
  const up = module.up ?? exported.up
  const down = module.down ?? exported.down
  if (typeof up !== 'function') {
    throw new UsageError('migration-invalid', `${file} exports no function \`up\``, {
      hint: `Write \`export async function up(db) { … }\` in ${name}, and \`down\` likewise.`,
    })
  }
  return typeof down === 'function' ? { up, down } : { up }
}

async function evaluate(file: string): Promise<Partial<MigrationModule> & { default?: unknown }> {
  try {
    const [{ createJiti }, kysely] = await Promise.all([import('jiti'), import('kysely')])
    // `import 'kysely'` gives dbfleet's own, also where the project has none.
    const virtualModules = { kysely }
    return await createJiti(import.meta.url, { interopDefault: false, virtualModules }).import(file)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new UsageError('migration-invalid', `${file} does not load: ${reason}`, { cause: error })
  }
}
