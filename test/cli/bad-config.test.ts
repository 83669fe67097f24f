import { mkdirSync, realpathSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryDirectories } from '../temporary-directory.js'
import { expectRefused } from './refused.js'
import { writeFiles } from './run-cli.js'

const KEYS = 'docs/configuration.md describes every key.'
const JSON_SYNTAX =
  'A configuration in JSON has neither comments nor trailing commas; .ts may have both.'
const SECRET =
  'a secret must not stand in a configuration, which is committed and copied; write { env: "NAME" }, { file: "PATH" } or { command: ["PROGRAM", "ARGUMENT"] }'

describe('a configuration', () => {
  const directory = temporaryDirectories()

  /** A directory with a database that must not be touched. */
  function projectWith(files: Record<string, string>): string {
    const cwd = realpathSync(directory())
    writeFiles(cwd, { 'databases/alice.db': '', ...files })
    return cwd
  }

  it('that is not there is told of with where it was looked for', async () => {
    const cwd = projectWith({})
    for (const args of [
      ['up', '--all'],
      ['new', 'x'],
    ]) {
      await expectRefused(
        args,
        { cwd },
        {
          code: 'config-not-found',
          message: `there is no dbfleet.config.ts (or .mts, .js, .mjs, .json) in ${cwd} or above`,
          hint: 'Run `dbfleet init`, name databases with --files or --url, or set DATABASE_URL.',
        },
      )
    }
  })

  it('that is not where --config says is told of with its path', async () => {
    const cwd = projectWith({})
    await expectRefused(
      ['list', '--config', 'settings.ts'],
      { cwd },
      {
        code: 'config-not-found',
        message: `there is no configuration ${join(cwd, 'settings.ts')}`,
        hint: 'Correct the path, or run `dbfleet init` to make a configuration.',
      },
    )
  })

  it('that is a directory is refused, and the one in it is proposed', async () => {
    const cwd = projectWith({ 'app/dbfleet.config.json': '{}', 'b/x': '' })
    const isDirectory = (name: string) =>
      `${join(cwd, name)} is a directory, not a configuration file`
    await expectRefused(
      ['list', '--config', 'app'],
      { cwd },
      {
        code: 'config-invalid',
        message: isDirectory('app'),
        hint: `Did you mean ${join(cwd, 'app/dbfleet.config.json')}?`,
      },
    )
    mkdirSync(join(cwd, 'dbfleet.config.ts'))
    await expectRefused(
      ['list'],
      { cwd },
      {
        code: 'config-invalid',
        message: isDirectory('dbfleet.config.ts'),
        hint: 'Name the file with --config, or move the directory away.',
      },
    )
  })

  it('that is a link to nothing is not passed over', async () => {
    const cwd = projectWith({ 'dbfleet.config.json': '{ "fleet": [] }', 'app/x': '' })
    symlinkSync('nowhere', join(cwd, 'app/dbfleet.config.ts'))
    await expectRefused(
      ['list'],
      { cwd: join(cwd, 'app') },
      {
        code: 'config-not-found',
        message: `there is no configuration ${join(cwd, 'app/dbfleet.config.ts')}`,
        hint: 'Correct the path, or run `dbfleet init` to make a configuration.',
      },
    )
  })

  it('that is there twice is refused', async () => {
    const cwd = projectWith({ 'dbfleet.config.ts': '', 'dbfleet.config.json': '' })
    await expectRefused(
      ['list'],
      { cwd },
      {
        code: 'config-ambiguous',
        message: `${cwd} has both dbfleet.config.ts and dbfleet.config.json`,
        hint: 'Remove one of them, or choose one with --config.',
      },
    )
  })

  it.each([
    [
      'json',
      '{\n  "fleet": [\n    { "files": "databases/*.db", }\n  ]\n}\n',
      ':3:32: a comma before "}"\n3 | { "files": "…", }',
      JSON_SYNTAX,
    ],
    [
      'ts',
      'export default {\n  fleet: [{ files: "databases/*.db" }\n}\n',
      ':3:1: Unexpected token, expected ","',
      'Correct the syntax.',
    ],
    [
      'js',
      'export default {\n  fleet: [{ files: "databases/*.db" }\n}\n',
      ':3:1: Unexpected token, expected ","',
      'Correct the syntax.',
    ],
  ])(
    'in .%s that does not parse is told of with line and column',
    async (ending, text, place, hint) => {
      const cwd = projectWith({ [`dbfleet.config.${ending}`]: text })
      const message = join(cwd, `dbfleet.config.${ending}`) + place
      await expectRefused(['up', '--all'], { cwd }, { code: 'config-syntax', message, hint })
    },
  )

  it.each([
    [
      'ts',
      'const tenants = undefined\n\nexport default { fleet: tenants.list }\n',
      ":3: TypeError: Cannot read properties of undefined (reading 'list')",
    ],
    [
      'mjs',
      'const tenants = undefined\n\nexport default { fleet: tenants.list }\n',
      ":3:33: TypeError: Cannot read properties of undefined (reading 'list')",
    ],
    [
      'mjs',
      "import { list } from './tenants.js'\n\nexport default { fleet: list }\n",
      ":1: Error: Cannot find module './tenants.js'",
    ],
  ])('in .%s that throws is told of with the line', async (ending, text, problem) => {
    const cwd = projectWith({ [`dbfleet.config.${ending}`]: text })
    await expectRefused(
      ['up', '--all'],
      { cwd },
      {
        code: 'config-failed',
        message: join(cwd, `dbfleet.config.${ending}`) + problem,
        hint: 'Correct the configuration, or what it imports.',
      },
    )
  })

  it.each([
    [
      'ts',
      'export default () => ({ fleet: [] })',
      'a function',
      'Export what it returns: `export default defineConfig({ … })`.',
    ],
    ['ts', '', 'nothing', 'End it with `export default defineConfig({ … })`.'],
    [
      'js',
      'module.exports = "databases/*.db"',
      'a string',
      'End it with `export default defineConfig({ … })`.',
    ],
  ])('in .%s that is %o is refused', async (ending, text, what, hint) => {
    const cwd = projectWith({ [`dbfleet.config.${ending}`]: text })
    const file = join(cwd, `dbfleet.config.${ending}`)
    const message = `${file} exports ${what}, not a configuration`
    await expectRefused(['list'], { cwd }, { code: 'config-invalid', message, hint })
  })

  it('with unknown keys is told of all of them, each with the nearest known one', async () => {
    const cwd = projectWith({
      'dbfleet.config.json': JSON.stringify({
        fleet: [{ fils: 'databases/*.db' }],
        migratoins: 'migrations',
        jobs: 'many',
      }),
    })
    await expectRefused(
      ['up', '--all'],
      { cwd },
      {
        code: 'config-invalid',
        message: [
          `${join(cwd, 'dbfleet.config.json')} has 3 problems:`,
          'fleet[0].fils: unknown key; did you mean "files"?',
          'jobs: must be a whole number from 1',
          'migratoins: unknown key; did you mean "migrations"?',
        ].join('\n'),
        hint: KEYS,
      },
    )
  })

  it.each([
    [
      'encryptionKey',
      { files: 'databases/*.db', encryptionKey: 'hunter2-hunter2' },
      'fleet[0].encryptionKey',
    ],
    [
      'authToken',
      { databases: [{ name: 'hq', url: 'hq.db', authToken: 'eyJhbGciOi.hunter2' }] },
      'fleet[0].databases[0].authToken',
    ],
  ])(
    'with a secret for its %s is refused, and the secret is shown nowhere',
    async (_, source, key) => {
      const cwd = projectWith({ 'dbfleet.config.json': JSON.stringify({ fleet: [source] }) })
      const printed = await expectRefused(
        ['up', '--all'],
        { cwd },
        {
          code: 'config-invalid',
          message: `${join(cwd, 'dbfleet.config.json')}: ${key}: ${SECRET}`,
          hint: KEYS,
        },
      )
      expect(printed).not.toContain('hunter2')
    },
  )

  it('with a secret on a line that does not parse does not show it', async () => {
    const text = '{ "fleet": [{ "files": "*.db", "encryptionKey": "hunter2",, }] }'
    const cwd = projectWith({ 'dbfleet.config.json': text })
    const printed = await expectRefused(
      ['list'],
      { cwd },
      {
        code: 'config-syntax',
        message: `${join(cwd, 'dbfleet.config.json')}:1:59: a key in double quotes was expected here, not ","\n1 | { "fleet": [{ "files": "…", "encryptionKey": "…",, }] }`,
        hint: JSON_SYNTAX,
      },
    )
    expect(printed).not.toContain('hunter2')
  })

  it('whose secret is not in the environment is told of before any database is opened', async () => {
    const source = { files: 'databases/*.db', encryptionKey: { env: 'NO_SUCH_KEY' } }
    const cwd = projectWith({
      'dbfleet.config.json': JSON.stringify({ fleet: [source] }),
      'migrations/20260101000000_a.up.sql': 'CREATE TABLE a (x);',
    })
    await expectRefused(
      ['up', '--all'],
      { cwd },
      {
        code: 'secret-missing',
        message: 'the encryption key of alice: the environment variable NO_SUCH_KEY is not set',
        hint: 'Set NO_SUCH_KEY, or correct its name in the configuration.',
      },
    )
  })

  it.each([
    ['databases/*.sqlite', (cwd: string) => `matches no file in ${join(cwd, 'databases')}`],
    ['data/*.db', (cwd: string) => `matches no file: there is no directory ${join(cwd, 'data')}`],
    ['databases', () => 'is a directory; name the files in it, such as "databases/*.db"'],
  ])('whose pattern %s matches nothing is told of', async (files, why) => {
    const cwd = projectWith({ 'dbfleet.config.json': JSON.stringify({ fleet: [{ files }] }) })
    for (const args of [['list'], ['up', '--all']]) {
      await expectRefused(
        args,
        { cwd },
        {
          code: 'no-databases',
          message: `the fleet has no database: "${files}" ${why(cwd)}`,
          hint: `Make one with \`dbfleet create <name>\`, or correct \`fleet\` in the configuration (or --files); relative paths start from ${cwd}.`,
        },
      )
    }
  })
})
