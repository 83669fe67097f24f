import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { resolveBinary } from 'dbmate'
import { databaseNames, writeLines } from './fleets.mjs'
import { readMigrations } from './migration-files.mjs'

/**
 * `dbmate up` on the first databases of a fleet, two processes at a time, as its users do it. The
 * binary itself runs, not npm's wrapper around it, which would start a Node for every database.
 *
 * @param {import('./fleets.mjs').Project} project
 * @param {number} count
 * @returns {import('./commands.mjs').Command}
 * @throws when npm brought no binary for this platform
 */
export function dbmateUp(project, count) {
  const migrations = join(project.directory, 'dbmate-migrations')
  mkdirSync(migrations, { recursive: true })
  for (const { name, up, down } of readMigrations()) {
    const text = `-- migrate:up\n${up}\n-- migrate:down\n${down}`
    writeFileSync(join(migrations, `${name}.sql`), text)
  }
  const each = ['--url', 'sqlite:databases/{}.db', '-d', migrations, '--no-dump-schema', 'up']
  return {
    argv: ['xargs', '-P2', '-I{}', resolveBinary(), ...each],
    cwd: project.directory,
    stdin: writeLines(project, 'dbmate-names.txt', databaseNames(count)),
  }
}
