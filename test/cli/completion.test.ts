import { spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { A, B, projectsOn } from './projects.js'
import { runCli } from './run-cli.js'

const project = projectsOn('better-sqlite3')
const built = fileURLToPath(new URL('../../dist/bin.js', import.meta.url))

describe('completion', () => {
  /** What may follow; the last word is being written. */
  async function complete(cwd: string, ...words: string[]): Promise<string[]> {
    const env = { DBFLEET_WORDS: [`.${words.at(-1)}`, ...words.slice(0, -1)].join('\n') }
    const { status, stdout, stderr } = await runCli(['completion', 'words'], { cwd, env })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    return stdout.split('\n').filter(Boolean)
  }

  it.each([
    [['red'], ['redo']],
    [['keys', ''], ['create']],
    [['status', '--exit'], ['--exit-code']],
    [
      ['up', '--db', 'a'],
      ['alice', 'anna'],
    ],
    [['up', '--all', '--to', '20260101'], [A]],
    [
      ['down', '--to', ''],
      [A, B],
    ],
    [
      ['up', '--transaction', ''],
      ['all', 'each'],
    ],
    [['ensure', 'b'], ['bob']],
    [['destroy', 'alice', 'b'], ['bob']],
    [['--files', 'databases/bo*.db', 'status', '--db', ''], ['b']],
    [['status', '--config', ''], []],
    [['--config', 'absent.json', 'up', '--db', ''], []],
    [['frobnicate', ''], []],
  ])('after %j offers %j', async (words, candidates) => {
    const cwd = project(['alice', 'anna', 'bob'])
    expect(await complete(cwd, ...words)).toEqual(candidates)
  })

  it('offers every flag of a verb, and the global ones', async () => {
    const flags = await complete(project([]), 'drift', '--')
    expect(flags).toEqual(expect.arrayContaining(['--all', '--offline', '--config', '--json']))
  })

  it('works in bash', () => {
    const cwd = project(['alice', 'bob with spaces'])
    const bin = join(cwd, 'bin')
    mkdirSync(bin)
    symlinkSync(built, join(bin, 'dbfleet'))
    const script = `
      eval "$(dbfleet completion bash)"
      COMP_WORDS=(dbfleet up --db b) COMP_CWORD=3
      _dbfleet
      printf '%s\\n' "\${COMPREPLY[@]}"
      complete -p dbfleet`
    const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` }
    const { stdout, stderr } = spawnSync('bash', ['-c', script], { cwd, env, encoding: 'utf8' })
    expect({ stdout, stderr }).toEqual({
      stdout: 'bob with spaces\ncomplete -o default -F _dbfleet dbfleet\n',
      stderr: '',
    })
  })

  it('refuses shells that it does not know', async () => {
    const result = await runCli(['completion', 'tcsh'], { cwd: project([]) })
    expect(result).toMatchObject({ status: 2, stdout: '' })
    expect(result.stderr).toContain('bash, zsh, fish')
  })
})
