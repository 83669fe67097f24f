import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { schemaErrors } from '../docs/report-schema.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { expectRefused, stateOf } from './refused.js'
import { runCli, runJson, TWO_MIGRATIONS, writeFiles } from './run-cli.js'

const RULE =
  'A name is made of letters and digits of any script, . _ - + @ = , and inner spaces; it begins with a letter, a digit or _, does not end in a dot or a space, and has at most 200 bytes.'
const MIGRATION_RULE =
  'Use letters, digits and underscores, at most 200 bytes, such as create_measurements.'
const B = '20260102000000_create_b'

interface Document {
  summary: Record<string, number>
  databases: { name: string; status: string; error?: { code: string; hint: string } }[]
}

const directory = temporaryDirectories()

/** Databases alice and bob, with two migrations. */
function project(): string {
  const cwd = realpathSync(directory())
  writeFiles(cwd, { ...TWO_MIGRATIONS, 'databases/alice.db': 'alice', 'databases/bob.db': 'bob' })
  return cwd
}

const databasesIn = (cwd: string) => readdirSync(join(cwd, 'databases')).sort()

describe('create', () => {
  it.each([
    ['', '""', 'it is empty'],
    ['..', '".."', 'it begins with a .'],
    ['../evil', '"../evil"', 'it has a /'],
    ['.hidden', '".hidden"', 'it begins with a .'],
    ['-rf', '"-rf"', 'it begins with a -'],
    ["o'brien", '"o\'brien"', "it has a '"],
    ['say "hi"', '"say \\"hi\\""', 'it has a "'],
    ['a\nb', '"a\\nb"', 'it has a control character (U+000A)'],
    ['a\x1b[2Jb', '"a\\u001b[2Jb"', 'it has a control character (U+001B)'],
    ['a\u202eb', '"a\\u{202e}b"', 'it has the character U+202E'],
    ['trail ', '"trail "', 'it ends in a space'],
    ['Ame\u0301lie', '"Ame\u0301lie"', "it is not in Unicode's normal form C"],
    ['x'.repeat(300), `"${'x'.repeat(60)}…"`, 'it has 300 bytes, of at most 200'],
    ['数'.repeat(67), `"${'数'.repeat(60)}…"`, 'it has 201 bytes, of at most 200'],
  ])('refuses the name %j, and makes none of the others', async (name, shown, why) => {
    await expectRefused(
      ['create', 'carol', '--', name],
      { cwd: project() },
      {
        code: 'bad-name',
        message: `a new database cannot be named ${shown}: ${why}`,
        hint: RULE,
      },
    )
  })

  it('refuses a NUL, which can only come through standard input', async () => {
    await expectRefused(
      ['create', '-'],
      { cwd: project(), input: 'carol\na\0b\n' },
      {
        code: 'bad-name',
        message: 'a new database cannot be named "a\\u0000b": it has a control character (U+0000)',
        hint: RULE,
      },
    )
  })

  it('refuses standard input without a name', async () => {
    await expectRefused(
      ['create', '-'],
      { cwd: project(), input: '\n' },
      { code: 'name-needed', message: 'no name was given', hint: 'dbfleet create alice bob' },
    )
  })

  it('takes letters and digits of any script, up to 200 bytes', async () => {
    const names = [
      '数据库',
      'ünïcödé',
      'हिन्दी',
      'a.b-c_d',
      'two words',
      'me@example.org',
      'é'.repeat(100),
    ]
    const cwd = project()
    const { status, document } = await runJson<Document>(['create', ...names], { cwd })
    expect(status).toBe(0)
    expect(document.databases.map(({ name }) => name)).toEqual(names)
    const files = ['alice', 'bob', ...names].map(name => `${name}.db`)
    expect(databasesIn(cwd)).toEqual(files.sort())
    const { stdout } = await runCli(['status', ...names.flatMap(name => ['--db', name])], { cwd })
    expect(stdout).toContain(B)
  })

  it('of a name twice makes it once', async () => {
    const cwd = project()
    const { status, document } = await runJson<Document>(['create', 'carol', 'carol'], { cwd })
    expect(status).toBe(0)
    expect(document.summary).toEqual({ total: 1, ok: 1, failed: 0, skipped: 0, notRun: 0 })
  })

  it('of a name that exists leaves it alone, makes the others, and exits with 3', async () => {
    const cwd = project()
    const alice = join(cwd, 'databases/alice.db')
    const taken = `the fleet has a database of that name already: file:${alice}`
    const hint = 'Nothing was changed. `dbfleet up --db <name>` migrates a database that exists.'
    const one = await runCli(['create', 'alice'], { cwd })
    expect(one).toEqual({
      status: 3,
      stdout: `alice: failed: ${taken}\n  → ${hint}\n→ This was run 1: \`dbfleet runs show 1\` shows it.\n`,
      stderr: '',
    })
    const { status, document } = await runJson<Document>(['create', 'carol', 'alice', 'dave'], {
      cwd,
    })
    expect(status).toBe(3)
    expect(schemaErrors(document)).toEqual([])
    expect(document.databases).toMatchObject([
      { name: 'carol', status: 'ok', position: B },
      { name: 'alice', status: 'failed', error: { code: 'exists', message: taken, hint } },
      { name: 'dave', status: 'ok', position: B },
    ])
    expect(databasesIn(cwd)).toEqual(['alice.db', 'bob.db', 'carol.db', 'dave.db'])
    expect(stateOf(join(cwd, 'databases'))['alice.db']).toMatchObject({ size: 5n })
  })

  it('of a source that cannot is told of with those that there are', async () => {
    await expectRefused(
      ['create', 'carol', '--source', '2'],
      { cwd: project() },
      {
        code: 'cannot-create',
        message: '--source 2 names no source that can create databases (1: files databases/*.db)',
        hint: 'Give the number or the kind of one that can, as in --source 1 or --source files.',
      },
    )
  })
})

describe('new', () => {
  it.each([
    ['', '""', 'it is empty'],
    ['../../evil', '"../../evil"', 'it has the character "."'],
    ['a/b', '"a/b"', 'it has the character "/"'],
    ["a'b", '"a\'b"', 'it has the character "\'"'],
    ['a\nb', '"a\\nb"', 'it has the character "\\n"'],
    ['a\x1b[2Jb', '"a\\u001b[2Jb"', 'it has the character "\\u001b"'],
    ['x'.repeat(300), `"${'x'.repeat(60)}…"`, 'it has 300 bytes'],
    ['数'.repeat(67), `"${'数'.repeat(60)}…"`, 'it has 201 bytes'],
  ])('refuses the name %j', async (name, shown, why) => {
    await expectRefused(
      ['new', '--', name],
      { cwd: project() },
      {
        code: 'bad-name',
        message: `${shown} cannot name a migration: ${why}`,
        hint: MIGRATION_RULE,
      },
    )
  })

  it.each([
    ['数'.repeat(66), '数'.repeat(66)],
    ['add a-column', 'add_a_column'],
    ['हिन्दी', 'हिन्दी'],
  ])('makes files of the name %j', async (name, label) => {
    const cwd = project()
    const { status, document } = await runJson<{ files: string[] }>(['new', name], { cwd })
    expect(status).toBe(0)
    expect(document.files.map(file => existsSync(file))).toEqual([true, true])
    expect(document.files[0]?.endsWith(`_${label}.up.sql`)).toBe(true)
  })
})

describe('destroy', () => {
  it('of an unknown name removes none, and proposes the nearest', async () => {
    await expectRefused(
      ['destroy', '--yes', 'bob', 'alcie'],
      { cwd: project() },
      {
        code: 'unknown-database',
        message: 'no database of the fleet is named "alcie"',
        hint: 'Nothing was removed. Did you mean "alice"? `dbfleet list` shows the fleet.',
      },
    )
  })

  it.each(['*', '[ab]lice', '{alice,bob}'])('refuses the pattern %s', async name => {
    await expectRefused(
      ['destroy', '--yes', name],
      { cwd: project() },
      {
        code: 'bad-name',
        message: `destroy takes names, not patterns: ${name}`,
        hint: 'Nothing was removed. Name each database that is to go.',
      },
    )
  })

  it.each(['', 'yes\n'])(
    'without --yes and without a terminal removes nothing, whatever the input (%j)',
    async input => {
      await expectRefused(
        ['destroy', 'alice', 'bob'],
        { cwd: project(), input },
        {
          code: 'confirmation-needed',
          message: 'destroy asks before it removes alice, bob, and there is no terminal to ask on',
          hint: 'Nothing was removed. Say --yes to remove without being asked.',
        },
      )
    },
  )
})
