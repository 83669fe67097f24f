import { existsSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryDirectories } from '../temporary-directory.js'
import { expectRefused } from './refused.js'
import { runCli, runJson, TWO_MIGRATIONS, writeFiles } from './run-cli.js'

const B = '20260102000000_create_b'
const KNOWN = 'known are file, libsql, http, https, ws, wss'
const SCHEME_HINT = 'Give a path or a file: URL. A relative path that has a colon begins with "./".'
const SECRET = 'holds a user, a password or a token, but a URL is shown in lists, logs and errors'
const SECRET_HINT =
  'Take it out of the URL, and give the token as `authToken` or in DATABASE_TOKEN.'

interface Document {
  databases: {
    name: string
    status: string
    position: string | null
    url?: string
    error?: { code: string; message: string; hint: string }
  }[]
}

/** URLs that name no database: what is wrong, after the name of where it came from. */
const REFUSED: [url: string, code: string, why: string, hint: string][] = [
  ['libsql://me:hunter2@hq.example.org', 'secret-in-url', SECRET, SECRET_HINT],
  ['libsql://hq.example.org?authToken=hunter2', 'secret-in-url', SECRET, SECRET_HINT],
  [
    'mysql://me:hunter2@hq/x',
    'unsupported-url',
    `has the unknown scheme mysql:; ${KNOWN}`,
    SCHEME_HINT,
  ],
  ['sqlite:app.db', 'unsupported-url', `has the unknown scheme sqlite:; ${KNOWN}`, SCHEME_HINT],
  ['file:', 'bad-url', 'names no file', 'Give the path of a file, such as file:data/app.db.'],
]

describe('a database named by a URL', () => {
  const directory = temporaryDirectories()

  function project(): string {
    const cwd = realpathSync(directory())
    const { 'dbfleet.config.json': _, ...migrations } = TWO_MIGRATIONS
    writeFiles(cwd, migrations)
    return cwd
  }

  it.each(REFUSED)('%s is refused, and shown nowhere', async (url, code, why, hint) => {
    const cwd = project()
    const printed = [
      await expectRefused(
        ['up'],
        { cwd, env: { DATABASE_URL: url } },
        { code, message: `DATABASE_URL ${why}`, hint },
      ),
      await expectRefused(
        ['status', '--url', url],
        { cwd },
        { code, message: `the URL ${why}`, hint },
      ),
    ]
    expect(printed.join('')).not.toMatch(/hunter2|example\.org/)
  })

  it.each(['app.db', './app.db', 'file:app.db', 'file:./app.db'])(
    '%s is created, migrated and read',
    async url => {
      const cwd = project()
      const env = { DATABASE_URL: url }
      const missing = await runJson<Document>(['up'], { cwd, env })
      expect(missing.status).toBe(3)
      expect(missing.document.databases).toMatchObject([
        {
          name: 'app',
          status: 'failed',
          error: {
            code: 'missing',
            message: 'there is no such file',
            hint: '`dbfleet create <name>` makes a new database.',
          },
        },
      ])
      expect(existsSync(join(cwd, 'app.db'))).toBe(false)

      const created = await runJson<Document>(['create', 'app'], { cwd, env })
      expect(created.document.databases).toMatchObject([
        { name: 'app', status: 'ok', position: B, url: `file:${join(cwd, 'app.db')}` },
      ])
      expect((await runCli(['down'], { cwd, env })).status).toBe(0)
      const back = await runJson<Document>(['up', '--url', url], { cwd })
      expect(back).toMatchObject({ status: 0, document: { databases: [{ applied: [B] }] } })
      const again = await runCli(['create', 'app'], { cwd, env })
      expect(again.status).toBe(3)
      expect(again.stdout).toContain('the fleet has a database of that name already')
    },
  )

  it('is the only one that create can make there', async () => {
    const cwd = project()
    await expectRefused(
      ['create', 'apps'],
      { cwd, env: { DATABASE_URL: 'app.db' } },
      {
        code: 'unknown-database',
        message: 'DATABASE_URL names no database "apps"',
        hint: 'Add it there, or choose another source with --source. Did you mean "app"?',
      },
    )
  })

  it.each([
    [
      'file:app.db?mode=ro',
      'database "app" has parameters in its URL',
      'Leave out "?…" and "#…", or write %3F and %23 in a file name.',
    ],
    [
      'file:app%zz.db',
      'database "app%zz" has a "%" in its URL that encodes nothing',
      'Write %25 for the character itself.',
    ],
    [
      ':memory:',
      'database ":memory:" is a database in memory',
      'Give the path of a file: nothing else would last.',
    ],
    [
      'file:data/',
      'database "data" names no file',
      'Give the path of a file, such as "file:data/app.db".',
    ],
  ])('%s is refused, since it is no file', async (url, message, hint) => {
    const cwd = project()
    const error = { code: 'bad-url', message, hint }
    await expectRefused(['up'], { cwd, env: { DATABASE_URL: url } }, error)
    await expectRefused(['up', '--url', url], { cwd }, error)
  })

  it('is not looked for where --url or --files is empty', async () => {
    const cwd = project()
    const env = { DATABASE_URL: 'app.db' }
    await expectRefused(
      ['status', '--url', ''],
      { cwd, env },
      {
        code: 'bad-url',
        message: 'the URL names no database',
        hint: 'Give a path or a file: URL.',
      },
    )
    await expectRefused(
      ['status', '--files', ''],
      { cwd, env },
      {
        code: 'bad-pattern',
        message: 'the pattern "" names no file',
        hint: 'Name files, such as "databases/*.db".',
      },
    )
  })

  it('does not go together with a pattern', async () => {
    await expectRefused(
      ['status', '--url', 'app.db', '--files', '*.db'],
      { cwd: project() },
      {
        code: 'usage',
        message: 'there is both a URL and a pattern for files',
        hint: 'Give --url for one database, or --files for several.',
      },
    )
  })

  it('by a pattern that matches nothing is told of', async () => {
    const cwd = project()
    await expectRefused(
      ['status', '--files', '*.db'],
      { cwd },
      {
        code: 'no-databases',
        message: `the fleet has no database: "${cwd}/*.db" matches no file in ${cwd}`,
        hint: `Make one with \`dbfleet create <name>\`, or correct \`fleet\` in the configuration (or --files); relative paths start from ${cwd}.`,
      },
    )
  })
})
