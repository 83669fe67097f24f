import { spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { plainLoop } from './commands.mjs'
import { runCommand } from './measure.mjs'
import { MIGRATIONS } from './migration-files.mjs'

/** What statfs(2) calls tmpfs and ramfs. */
const IN_MEMORY = [0x01021994, 0x858458f6]

/**
 * A directory as dbfleet's users have it: a configuration, migrations, and a fleet of files.
 *
 * @typedef {{ directory: string, databases: string }} Project
 */

/**
 * A new directory for fleets, on a real disk: where writing costs nothing, there is nothing to
 * compare.
 *
 * @param {string} [wanted] the default is the system's directory for temporary files
 */
export function makeWorkspace(wanted) {
  const parents = wanted === undefined ? [tmpdir(), '/var/tmp'] : [resolve(wanted)]
  const parent = parents.find(path => !IN_MEMORY.includes(statfsSync(path).type))
  if (parent === undefined) {
    throw new Error(
      `${parents.join(' and ')} hold files in memory; name a directory on a disk with --dir`,
    )
  }
  return mkdtempSync(join(parent, 'dbfleet-bench-'))
}

/**
 * @param {string} directory
 * @param {object} [source] more for the source of databases, such as an encryption key
 * @returns {Project}
 */
export function makeProject(directory, source = {}) {
  const config = { fleet: [{ files: 'databases/*.db', ...source }] }
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'dbfleet.config.json'), JSON.stringify(config))
  cpSync(MIGRATIONS, join(directory, 'migrations'), { recursive: true })
  const databases = join(directory, 'databases')
  mkdirSync(databases, { recursive: true })
  return { directory, databases }
}

/**
 * Makes the fleet anew: so many files, all with the same content.
 *
 * @param {Project} project
 * @param {number} count 0 leaves an empty directory
 * @param {Uint8Array} [content] the default is none: an empty database
 */
export function remakeFleet({ databases }, count, content = new Uint8Array()) {
  rmSync(databases, { recursive: true, force: true })
  mkdirSync(databases)
  for (const name of databaseNames(count)) writeFileSync(join(databases, `${name}.db`), content)
  // What the system has not yet written of this would be charged to the next measurement.
  spawnSync('sync')
}

/**
 * A database with all migrations applied, as bytes; the fleet is made anew for it.
 *
 * @param {Project} project
 */
export async function migratedDatabase(project) {
  remakeFleet(project, 1)
  await runCommand(plainLoop(project, 'up'))
  return readFileSync(join(project.databases, `${databaseNames(1)[0]}.db`))
}

/** @returns {string[]} `user-00001` and so on */
export function databaseNames(count) {
  return Array.from({ length: count }, (_, i) => `user-${String(i + 1).padStart(5, '0')}`)
}

/** Writes a list, an entry a line, to be a command's standard input. */
export function writeLines({ directory }, file, lines) {
  const path = join(directory, file)
  writeFileSync(path, lines.map(line => `${line}\n`).join(''))
  return path
}
