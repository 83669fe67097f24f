import { realpathSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { temporaryDirectories } from '../temporary-directory.js'
import { expectRefused, type Refusal } from './refused.js'
import { TWO_MIGRATIONS, writeFiles } from './run-cli.js'

const LIST = '`dbfleet list` shows the fleet.'
const WHOLE = 'It takes a whole number from 1.'
const TIME = 'It takes a time such as 500ms, 10s or 2m.'
const COUNT = 'It takes a count such as 3, or a percentage such as 0.5%.'
const seeHelp = (verb: string) => `See \`dbfleet ${verb} --help\`.`

describe('a command line', () => {
  const directory = temporaryDirectories()

  /** Three empty databases, and two pending migrations that must not run. */
  function fleetOfThree(): string {
    const cwd = realpathSync(directory())
    const names = ['alice', 'bob', 'carol']
    writeFiles(cwd, {
      ...TWO_MIGRATIONS,
      ...Object.fromEntries(names.map(name => [`databases/${name}.db`, ''])),
    })
    return cwd
  }

  const refused = (args: string[], error: Refusal) =>
    expectRefused(args, { cwd: fleetOfThree() }, error)
  const usage = (args: string[], message: string, hint: string, command?: string | null) =>
    refused(args, { code: 'usage', message, hint, ...(command !== undefined && { command }) })

  it('with an unknown verb is answered with the nearest one', async () => {
    const near = 'Did you mean status? See `dbfleet --help`.'
    await usage(['statsu', '--all'], "unknown command 'statsu'", near, null)
    await usage(['frobnicate'], "unknown command 'frobnicate'", 'See `dbfleet --help`.', null)
  })

  it('with an unknown flag is answered with the nearest one', async () => {
    const near = `Did you mean --all? ${seeHelp('up')}`
    await usage(['up', '--al'], "unknown option '--al'", near)
    await usage(['up', '--frobnicate'], "unknown option '--frobnicate'", seeHelp('up'))
    await usage(
      ['--jsno', 'up'],
      "unknown option '--jsno'",
      `Did you mean --json? ${seeHelp('up')}`,
      'up',
    )
  })

  it('with a secret where none belongs does not repeat it', async () => {
    const printed = [
      await usage(['up', '--token=hunter2'], "unknown option '--token'", seeHelp('up')),
      await usage(
        ['libsql://me:hunter2@hq.example.org'],
        "unknown command 'libsql://…'",
        'See `dbfleet --help`.',
        null,
      ),
    ]
    expect(printed.join('')).not.toContain('hunter2')
  })

  it('with an argument too many says how databases are chosen', async () => {
    const chosen = `Databases are chosen with --db <name or glob>. ${seeHelp('up')}`
    await usage(['up', 'alice'], '`dbfleet up` takes no argument "alice"', chosen)
    await usage(['new', 'a', 'b'], '`dbfleet new` takes no argument "b"', seeHelp('new'))
  })

  it('with an argument too few says which', async () => {
    for (const [verb, argument] of [
      ['new', 'name'],
      ['create', 'name'],
      ['destroy', 'database'],
    ] as const) {
      await usage([verb], `\`dbfleet ${verb}\` is missing its <${argument}>`, seeHelp(verb))
    }
    await usage(['up', '--to'], '--to is missing its <migration>', seeHelp('up'))
    await usage(['up', '--db'], '--db is missing its <name or glob>', seeHelp('up'))
  })

  it.each([
    ['--step', '0', WHOLE],
    ['--step', '-1', WHOLE],
    ['--step', 'two\nthree', WHOLE],
    ['--jobs', '0', WHOLE],
    ['--jobs', 'many', WHOLE],
    ['--busy-timeout', '10', TIME],
    ['--busy-timeout', 'soon', TIME],
    ['--max-failures', '-1', COUNT],
    ['--max-failures', '101%', COUNT],
    ['--max-failures', 'lots', COUNT],
    ['--transaction', 'some', 'Allowed choices are all, each.'],
  ])('with %s %j says what the flag takes', async (flag, value, hint) => {
    const args = ['up', '--all', '--dry-run', flag, value]
    await usage(args, `${flag} cannot be "${value}"`, `${hint} ${seeHelp('up')}`)
  })

  it.each(['0/3', '4/3', '3', ''])('with --shard %j says what a shard is', async shard => {
    await refused(['up', '--shard', shard], {
      code: 'bad-shard',
      message: `--shard "${shard}" is not one of 1/n to n/n`,
      hint: 'The third of four machines takes --shard 3/4.',
    })
  })

  it.each(['up', 'down', 'redo'])(
    'of %s that does not say which of several databases is refused',
    async verb => {
      await refused([verb], {
        code: 'selector-needed',
        message: 'the fleet has 3 databases; say which of them',
        hint: 'Add --all, --db <name or glob>, --except <name or glob> or --shard <i/n>.',
      })
    },
  )

  it('that says both --all and --db is refused', async () => {
    await refused(['status', '--all', '--db', 'alice'], {
      code: 'conflicting-selectors',
      message: '--all and --db contradict each other',
      hint: 'Leave out --all, or leave out --db.',
    })
  })

  it('with an unknown database is answered with the nearest one', async () => {
    const unknown = (flag: string, name: string, hint: string) =>
      refused(['up', flag, name], {
        code: 'unknown-database',
        message: `${flag} "${name}" matches no database of the fleet`,
        hint,
      })
    await unknown('--db', 'alcie', `Did you mean "alice"? ${LIST}`)
    await unknown('--db', 'zebra-*', LIST)
    await unknown('--db', '', LIST)
    await unknown('--except', 'crol', `Did you mean "carol"? ${LIST}`)
  })

  it('with a glob that makes no sense is refused', async () => {
    await refused(['list', '--db', '[a'], {
      code: 'bad-pattern',
      message: 'the pattern "[a" has a "[" that is not closed',
      hint: 'Write a backslash before * ? [ { to mean the character itself.',
    })
  })

  it('with an unknown migration is answered with the nearest one', async () => {
    const unknown = (to: string, hint: string) =>
      refused(['up', '--all', '--to', to], {
        code: 'unknown-migration',
        message: `no migration is named "${to}"`,
        hint,
      })
    await unknown('20260101000000_create_x', 'Did you mean 20260101000000_create_a?')
    await unknown('creat_b', 'Did you mean create_b?')
    await unknown('999', 'Names are the file names without .up.sql.')
  })

  it('with both --to and --step is refused', async () => {
    await refused(['down', '--all', '--to', '0', '--step', '1'], {
      code: 'bad-extent',
      message: '--to and --step exclude each other',
      hint: 'Leave out one of them.',
    })
  })

  it('with flags of new that exclude each other, or an unknown template, is refused', async () => {
    await refused(['new', 'x', '--ts', '--template', 'y'], {
      code: 'bad-options',
      message: '--ts and --template exclude each other',
      hint: 'A template makes SQL; take one of the two.',
    })
    const cwd = fleetOfThree()
    writeFiles(cwd, { 'templates/measurements.json': '{}' })
    await expectRefused(
      ['new', 'x', '--template', 'measurments'],
      { cwd },
      {
        code: 'unknown-template',
        message: `${cwd}/templates has no template "measurments"`,
        hint: 'Did you mean measurements?',
      },
    )
  })
})
