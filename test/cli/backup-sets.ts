import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Manifest } from '../../src/backup/manifest.js'
import type { BackupReport } from '../../src/report/backup-rows.js'
import { type CliOptions, type CliResult, runJson } from './run-cli.js'

/** Runs `dbfleet backup --json`. */
export function backUp(
  args: readonly string[],
  options: CliOptions,
): Promise<CliResult & { document: BackupReport }> {
  return runJson<BackupReport>(['backup', ...args], options)
}

export function manifestOf(set: string): Manifest {
  return JSON.parse(readFileSync(join(set, 'manifest.json'), 'utf8')) as Manifest
}

/** The directories in a directory that are backup sets, and those that are none. */
export function setsIn(directory: string): { sets: string[]; others: string[] } {
  if (!existsSync(directory)) return { sets: [], others: [] }
  const all = readdirSync(directory).map(name => join(directory, name))
  const isSet = (path: string) => existsSync(join(path, 'manifest.json'))
  return { sets: all.filter(isSet), others: all.filter(path => !isSet(path)) }
}

/** Makes a set one of another day; what refers to it does not know. Returns its new path. */
export function redate(set: string, startedAt: string): string {
  const file = join(set, 'manifest.json')
  const text = readFileSync(file, 'utf8').replace(
    /"startedAt": ".*?"/,
    `"startedAt": "${new Date(startedAt).toISOString()}"`,
  )
  writeFileSync(file, text)
  const sum = createHash('sha256').update(text).digest('hex')
  writeFileSync(`${file}.sha256`, `${sum}  manifest.json\n`)
  const name = new Date(startedAt).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const moved = join(dirname(set), name)
  renameSync(set, moved)
  return moved
}
