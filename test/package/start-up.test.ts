import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { runCli, TWO_MIGRATIONS, writeFiles } from '../cli/run-cli.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { packagesOf } from './bundled-packages.js'

const preload = fileURLToPath(new URL('loaded-scripts.mjs', import.meta.url))

/** Native engines, and what takes long to load. */
const HEAVY = [
  ...['better-sqlite3', '@libsql/client', 'libsql', 'umzug', 'kysely', 'jiti'],
  ...['@aws-sdk/client-s3', 'age-encryption'],
]

describe('what is loaded', () => {
  const directory = temporaryDirectories()

  /** The URLs of all scripts that a command loaded. */
  async function scriptsOf(
    args: string[],
    files: Record<string, string> = {},
    cwd = directory(),
  ): Promise<string[]> {
    writeFiles(cwd, files)
    const list = join(cwd, 'loaded.json')
    const env = { LOADED_SCRIPTS: list, NODE_OPTIONS: `--import=${preload}` }
    const { status, stderr } = await runCli(args, { cwd, env })
    expect(status, stderr).toBe(0)
    const urls = JSON.parse(readFileSync(list, 'utf8')) as string[]
    expect(urls.some(url => url.endsWith('/dist/bin.js'))).toBe(true)
    return urls
  }

  /** The heavy packages of which a command loaded anything. */
  async function loadedBy(...run: Parameters<typeof scriptsOf>): Promise<string[]> {
    const packages = new Set((await scriptsOf(...run)).flatMap(packagesOf))
    return HEAVY.filter(name => packages.has(name))
  }

  const DATABASE = { 'databases/app.db': '' }

  it('--version loads no engine, nor anything else that is heavy', async () => {
    expect(await loadedBy(['--version'])).toEqual([])
  })

  it('help of a verb loads none either', async () => {
    expect(await loadedBy(['up', '--help'])).toEqual([])
  })

  it('status loads one engine, and neither Umzug nor Kysely', async () => {
    const loaded = await loadedBy(['status'], { ...TWO_MIGRATIONS, ...DATABASE })
    expect(loaded).toEqual(['better-sqlite3'])
  })

  it('status with a configuration in TypeScript loads what compiles it, too', async () => {
    const { 'dbfleet.config.json': json, ...migrations } = TWO_MIGRATIONS
    const config = `import { defineConfig } from 'dbfleet'\nexport default defineConfig(${json})\n`
    const files = { ...migrations, ...DATABASE, 'dbfleet.config.ts': config }
    expect(await loadedBy(['status'], files)).toEqual(['better-sqlite3', 'jiti'])
  })

  it('backup into a directory loads no client of S3, nor what encrypts', async () => {
    const cwd = directory()
    const files = { ...TWO_MIGRATIONS, ...DATABASE }
    // The control database is made, by its migrations.
    expect(await loadedBy(['backup'], files, cwd)).toEqual(['better-sqlite3', 'umzug'])
    expect(await loadedBy(['backup'], {}, cwd)).toEqual(['better-sqlite3'])
  })

  it('what most verbs need is in one file, so that status opens few', async () => {
    const urls = await scriptsOf(['status'], { ...TWO_MIGRATIONS, ...DATABASE })
    expect(urls.filter(url => url.includes('/dist/')).length).toBeLessThan(50)
  })

  it('a second check loads neither an engine nor Umzug', async () => {
    const cwd = directory()
    writeFiles(cwd, { ...TWO_MIGRATIONS, ...DATABASE, 'node_modules/.keep': '' })
    expect((await runCli(['up'], { cwd })).status).toBe(0)
    // Later than the margin in which a file is not believed to be settled.
    await sleep(150)
    expect(await loadedBy(['check'], {}, cwd)).toEqual(['better-sqlite3', 'umzug'])
    expect(await loadedBy(['check'], {}, cwd)).toEqual([])
  })

  it('the test sees what is loaded: create needs Umzug', async () => {
    const loaded = await loadedBy(['create', 'app'], TWO_MIGRATIONS)
    expect(loaded).toContain('umzug')
    expect(loaded).not.toContain('@libsql/client')
  })
})
