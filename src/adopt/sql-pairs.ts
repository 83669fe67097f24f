import type { ForeignMigration, ForeignMigrations } from './foreign-tool.js'
import type { SourceFiles } from './source-files.js'
import { padVersion } from './version-number.js'

/** `<version>_<name>.up.sql` and `.down.sql`. */
export const PAIR = /^(\d+)_(.*)\.(up|down)\.sql$/

/**
 * Migrations that are pairs of files, with their texts as they are.
 *
 * @param keep the version as the first part of the new name; zeros are put in front of others
 */
export async function importPairs(
  files: SourceFiles,
  keep: (version: string) => string | undefined = () => undefined,
): Promise<ForeignMigrations> {
  const migrations: ForeignMigration[] = []
  for (const path of files.paths) {
    const [, version, label, direction] = PAIR.exec(path) ?? []
    if (version === undefined || direction !== 'up') continue
    const down = path.replace(/\.up\.sql$/, '.down.sql')
    migrations.push({
      from: path,
      name: `${keep(version) ?? padVersion(version)}_${label || 'migration'}`,
      files: [
        { ending: '.up.sql', text: await files.read(path) },
        ...(files.paths.includes(down)
          ? [{ ending: '.down.sql', text: await files.read(down) }]
          : []),
      ],
    })
  }
  return { migrations, byHand: [] }
}
