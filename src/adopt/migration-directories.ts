import type { SourceFiles } from './source-files.js'

/** A directory that holds one migration, with nothing but its way up. */
export interface MigrationDirectory {
  name: string
  /** Of its SQL. */
  path: string
  /** Whether drizzle's picture of the schema is beside it. */
  hasSnapshot: boolean
}

/** The directories with a `migration.sql` each, as Prisma and drizzle have them, in the order of names. */
export function migrationDirectories({ paths }: SourceFiles): MigrationDirectory[] {
  const all = new Set(paths)
  return paths.flatMap(path => {
    const name = /^([^/]+)\/migration\.sql$/.exec(path)?.[1]
    return name === undefined ? [] : [{ name, path, hasSnapshot: all.has(`${name}/snapshot.json`) }]
  })
}
