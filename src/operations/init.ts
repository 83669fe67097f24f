import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { CONFIG_NAMES } from '../config/find-config.js'
import { UsageError } from '../errors/usage-error.js'
import type { InitReport } from '../report/init-report.js'
import { packageRoot } from './package-root.js'

const CONFIG = `import { defineConfig } from 'dbfleet'

export default defineConfig({
  // The name of a database is the part of the path that * matched.
  fleet: [{ files: 'databases/*.db' }],
})
`

const READMES = {
  migrations:
    '# Migrations\n\nPairs of `<utc timestamp>_<name>.up.sql` and `.down.sql`, applied in name order. `dbfleet new <name>` writes one.\n',
  backups: '# Backups\n\nBackup sets of this fleet.\n',
  templates:
    '# Templates\n\nSchemas that `dbfleet new` turns into migrations: `dbfleet new create_measurements` uses `measurements.json`, a table of readings as JSON, searchable by their tags. Migrations are copies: changing a template changes no migration that was made from it.\n',
}

/** Sets up a directory: a configuration, migrations/, templates/, backups/, databases/. Overwrites nothing. */
export async function init(directory: string): Promise<InitReport> {
  const root = resolve(directory)
  const created: string[] = []
  const kept: string[] = []
  const put = async (path: string, text: () => string | Promise<string>) => {
    if (existsSync(join(root, path))) return void kept.push(path)
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), await text(), { flag: 'wx' })
    created.push(path)
  }
  try {
    // A configuration under any of its names counts as there.
    const config = CONFIG_NAMES.find(name => existsSync(join(root, name)))
    await put(config ?? 'dbfleet.config.ts', () => CONFIG)
    for (const [name, text] of Object.entries(READMES)) await put(`${name}/README.md`, () => text)
    const example = 'templates/measurements.json'
    await put(example, () => readFile(join(packageRoot(), example), 'utf8'))
    if (existsSync(join(root, 'databases'))) kept.push('databases/')
    else {
      await mkdir(join(root, 'databases'), { recursive: true })
      created.push('databases/')
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new UsageError('readonly', `${root} cannot be set up: ${message}`, {
      hint: 'Choose a directory that this user can write.',
      cause: error,
    })
  }
  return { schema: 1, command: 'init', directory: root, created, kept }
}
