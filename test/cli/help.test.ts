import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { VERBS } from '../../src/cli.js'
import { schemaErrors } from '../docs/report-schema.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { expectRefused, stateOf } from './refused.js'
import { runCli } from './run-cli.js'

const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string }

const NO_VERB = 'no verb was given'
const HELP_OF_VERB = '`dbfleet help <verb>` shows what one does and its flags.'

describe('help', () => {
  const directory = temporaryDirectories()
  const run = (...args: string[]) => runCli(args, { cwd: directory() })

  it('of dbfleet lists every verb, on standard output', async () => {
    const help = await run('--help')
    expect(help).toMatchObject({ status: 0, stderr: '' })
    const listed = [...help.stdout.matchAll(/^ {2}(\w+) (?:\[verb\] )? *\S/gm)].map(
      ([, name]) => name,
    )
    expect(listed).toEqual([...VERBS.map(({ name }) => name), 'help'])
    for (const args of [['help'], ['-h']]) {
      expect(await run(...args)).toEqual(help)
    }
  })

  it.each(VERBS.map(({ name }) => name))('of %s is the same by help and by --help', async verb => {
    const help = await run('help', verb)
    expect(help).toMatchObject({ status: 0, stderr: '' })
    expect(help.stdout).toMatch(new RegExp(`^Usage: dbfleet ${verb} `))
    expect(help.stdout).toContain('Global Options:')
    expect(await run(verb, '--help')).toEqual(help)
  })

  it('fits into 80 columns', async () => {
    for (const args of [['--help'], ['up', '--help'], ['create', '--help']]) {
      const { stdout } = await run(...args)
      const longest = Math.max(...stdout.split('\n').map(line => line.length))
      expect(longest).toBeLessThanOrEqual(80)
    }
  })

  it('of a verb that does not exist says so, with the nearest one', async () => {
    await expectRefused(
      ['help', 'upp'],
      { cwd: directory() },
      {
        command: null,
        code: 'usage',
        message: "unknown command 'upp'",
        hint: 'Did you mean up? See `dbfleet --help`.',
      },
    )
  })

  // Nothing was asked for and nothing was done: a script that calls it so by mistake should notice.
  it('is shown on standard error where no verb is given, and the status is 2', async () => {
    const [nothing, help] = [await run(), await run('--help')]
    expect(nothing).toEqual({
      status: 2,
      stdout: '',
      stderr: `${help.stdout}error: ${NO_VERB}\n  → ${HELP_OF_VERB}\n`,
    })
    const quiet = await run('--quiet')
    expect(quiet.stderr).toBe(`error: ${NO_VERB}\n  → ${HELP_OF_VERB}\n`)
    const json = await run('--json')
    expect(json).toMatchObject({ status: 2, stderr: nothing.stderr })
    expect(JSON.parse(json.stdout)).toEqual({
      schema: 1,
      command: null,
      error: { code: 'usage', message: NO_VERB, hint: HELP_OF_VERB },
    })
    expect(schemaErrors(JSON.parse(json.stdout))).toEqual([])
  })
})

describe('the version', () => {
  const directory = temporaryDirectories()

  it('is that of the package, and nothing is looked for or written', async () => {
    const cwd = directory()
    const before = stateOf(cwd)
    for (const flag of ['--version', '-V']) {
      expect(await runCli([flag], { cwd })).toEqual({
        status: 0,
        stdout: `${version}\n`,
        stderr: '',
      })
    }
    expect(stateOf(cwd)).toEqual(before)
  })
})
