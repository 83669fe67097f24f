import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { projectsOn } from '../cli/projects.js'
import { writeFiles } from '../cli/run-cli.js'

const page = readFileSync(new URL('../../docs/ci.md', import.meta.url), 'utf8')
const BROKEN = '20260103000000_broken'

/** The text of the code block behind a heading. */
function blockAfter(heading: string): string {
  const text = page.slice(page.indexOf(`## ${heading}`))
  return /```\w+\n([\s\S]*?)```/.exec(text)?.[1] ?? ''
}

function commandsOf(heading: string): string[] {
  return [...blockAfter(heading).matchAll(/^\s*(?:- run|run|-):? (npx dbfleet .*)$/gm)].map(
    ([, command = '']) => command,
  )
}

describe('the examples for pipelines', () => {
  const project = projectsOn('better-sqlite3')

  /** A project in which `npx dbfleet` is the built one. */
  function installed(): string {
    const cwd = project(['alice'])
    const bin = join(cwd, 'node_modules/.bin')
    mkdirSync(bin, { recursive: true })
    symlinkSync(fileURLToPath(new URL('../../dist/bin.js', import.meta.url)), join(bin, 'dbfleet'))
    return cwd
  }

  function breakMigrations(cwd: string): void {
    writeFiles(cwd, {
      [`migrations/${BROKEN}.up.sql`]: 'CREATE TABLE a (x);\n',
      [`migrations/${BROKEN}.down.sql`]: 'DROP TABLE a;\n',
    })
  }

  function run(command: string, cwd: string) {
    const env = { ...process.env, GITHUB_STEP_SUMMARY: join(cwd, 'summary.md'), CI: 'true' }
    return spawnSync('sh', ['-c', command], { cwd, env, encoding: 'utf8' })
  }

  beforeAll(() => {
    chmodSync(fileURLToPath(new URL('../../dist/bin.js', import.meta.url)), 0o755)
  })

  it.each(['GitHub Actions', 'GitLab'])('pass sound migrations on %s and stop at others', where => {
    const commands = commandsOf(where)
    expect(commands.length).toBeGreaterThan(0)
    const cwd = installed()
    for (const command of commands) {
      expect({ command, status: run(command, cwd).status }).toEqual({ command, status: 0 })
    }
    breakMigrations(cwd)
    for (const command of commands) {
      expect({ command, status: run(command, cwd).status }).toEqual({ command, status: 1 })
    }
    const written = where === 'GitLab' ? 'migrations.xml' : 'summary.md'
    expect(readFileSync(join(cwd, written), 'utf8')).toContain('up-fails')
  })

  it('refuse a commit that brings a broken migration', () => {
    const cwd = installed()
    const git = (...args: string[]) =>
      spawnSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
        cwd,
        encoding: 'utf8',
      })
    execFileSync('git', ['init', '--quiet'], { cwd })
    const hook = join(cwd, '.git/hooks/pre-commit')
    writeFileSync(hook, blockAfter('Before a commit'))
    chmodSync(hook, 0o755)
    git('add', 'migrations')
    expect(git('commit', '-m', 'sound')).toMatchObject({ status: 0 })
    breakMigrations(cwd)
    git('add', 'migrations')
    const refused = git('commit', '-m', 'broken')
    expect(refused.status).not.toBe(0)
    expect(refused.stdout + refused.stderr).toContain('up-fails')
    expect(git('log', '--format=%s').stdout.trim()).toBe('sound')
  })
})
