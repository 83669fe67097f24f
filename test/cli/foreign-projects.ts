import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { resolveBinary } from 'dbmate'
import { temporaryDirectories } from '../temporary-directory.js'
import { at, json } from './projects.js'
import { writeFiles } from './run-cli.js'
import { onSqlite } from './sqlite-files.js'

const FLEET = { 'dbfleet.config.json': JSON.stringify({ fleet: [{ files: 'databases/*.db' }] }) }

/** Returns a function that makes directories with a fleet in `databases/*.db` and these files. */
export function foreignProjects(): (files?: Record<string, string | Uint8Array>) => string {
  const directory = temporaryDirectories()
  return (files = {}) => {
    const cwd = directory()
    mkdirSync(join(cwd, 'databases'))
    writeFiles(cwd, { ...FLEET, ...files })
    return cwd
  }
}

/** Runs the real dbmate on a project's database. */
export function dbmate(cwd: string, name: string, ...args: string[]): void {
  const url = `sqlite:databases/${name}.db`
  const flags = ['--url', url, '--migrations-dir', 'db/migrations', '--no-dump-schema']
  execFileSync(resolveBinary(), [...flags, ...args], { cwd, stdio: 'pipe' })
}

/** What `adopt --json` says of each database, by name. */
export interface AdoptDocument {
  dryRun: boolean
  imported: {
    tool: string
    migrations: { from: string; name: string; kept: boolean; reversible: boolean }[]
    byHand: { file: string; why: string }[]
  } | null
  databases: {
    name: string
    status: string
    tool: string | null
    position: string | null
    applied: string[]
    remarks: string[]
    error?: { code: string; message: string; hint?: string }
  }[]
  error?: { code: string; message: string; hint?: string }
}

/** Runs `adopt --json`. */
export async function adopt(cwd: string, ...args: string[]) {
  const { status, document, stderr } = await json(cwd, ['adopt', ...args])
  return { status, stderr, document: document as unknown as AdoptDocument }
}

/** Runs SQL on a project's database, making it if need be. */
export function execute(cwd: string, name: string, sql: string): void {
  onSqlite(at(cwd, name), db => db.exec(sql))
}

/** The names and checksums in a database's ledger of dbfleet. */
export function ledgerOf(cwd: string, name: string): { name: string; checksum: string }[] {
  return onSqlite(at(cwd, name), db => {
    const has = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'dbfleet_migrations'").get()
    return has === undefined
      ? []
      : (db.prepare('SELECT name, checksum FROM dbfleet_migrations ORDER BY name').all() as {
          name: string
          checksum: string
        }[])
  })
}
