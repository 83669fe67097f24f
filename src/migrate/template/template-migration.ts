import { basename } from 'node:path'
import type { Database } from '../../database/database.js'
import type { TemplateMigration } from './generate-migration.js'
import type { SqlTemplate, Template } from './template.js'

/**
 * The migration that a template makes for a schema. One made from a table description has been run
 * up and down before it is handed out; SQL files are copied as they are.
 *
 * @param database a scratch database at the present schema, opened for writing; left as it was
 * @throws UsageError `template-invalid`, `template-nothing-to-add`, `migration-unproven`
 */
export async function templateMigration(
  template: Template,
  database: Database,
): Promise<TemplateMigration> {
  if (template.kind === 'sql') return copied(template)
  const [{ generateMigration }, { proveMigration }, { readSchemaState }] = await Promise.all([
    import('./generate-migration.js'),
    import('./prove-migration.js'),
    import('./read-schema-state.js'),
  ])
  const migration = generateMigration(template, await readSchemaState(database, template.table))
  await proveMigration(database, migration)
  return migration
}

function copied({ name, file, up, down }: SqlTemplate): TemplateMigration {
  if (down !== undefined) {
    return { up, down, summary: [`copies ${basename(file)} and ${name}.down.sql as they are`] }
  }
  return {
    up,
    down: `-- The template ${name} has no down file: write here the statements that revert the up.\n`,
    summary: [
      `copies ${basename(file)} as it is`,
      'warning: the template has no down file; fill the down in before the migration is released',
    ],
  }
}
