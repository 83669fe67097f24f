import { spawnSync } from 'node:child_process'
import { cpSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { version } from '../../src/version.js'
import { runCli } from '../cli/run-cli.js'
import { repository, topDirectories } from '../docs/markdown-pages.js'
import { temporaryDirectories } from '../temporary-directory.js'

describe('the repository', () => {
  const directory = temporaryDirectories()

  it('is itself a working example', async () => {
    const cwd = directory()
    for (const name of ['migrations', 'templates', 'dbfleet.config.ts']) {
      cpSync(join(repository, name), join(cwd, name), { recursive: true })
    }
    const run = async (...args: string[]) => {
      const { status, stdout, stderr } = await runCli(args, { cwd })
      expect(status, stderr).toBe(0)
      return stdout
    }
    expect(await run('create', 'alice')).toMatch(/^alice: created at 20260105090000_create_devices/)
    expect(await run('new', 'create_measurements')).toMatch(
      /^created migrations\/\d{14}_create_measurements\.up\.sql\n.*\n {2}creates the table measurements/,
    )
    expect(await run('create', 'bob')).toMatch(/^bob: created at \d{14}_create_measurements/)
    expect(await run('up', '--all')).toMatch(/1 applied \d{14}_create_measurements/)
    expect(await run('status')).toMatch(/2 up to date/)
  })

  it('has a README in every directory at its top', () => {
    const names = topDirectories()
    expect(names).toContain('migrations')
    expect(names.filter(name => !existsSync(join(repository, name, 'README.md')))).toEqual([])
  })

  it('runs as `npx dbfleet` in its root', () => {
    const args = ['--no-install', 'dbfleet', '--version']
    const { stdout } = spawnSync('npx', args, { cwd: repository, encoding: 'utf8' })
    expect(stdout).toBe(`${version}\n`)
  })
})
