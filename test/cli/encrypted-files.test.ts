import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { libsqlFile } from './libsql-files.js'
import { onLibsql } from './on-libsql.js'
import { SLOW_MIGRATION, watchProcesses } from './processes.js'
import { A, B, json, projects, TABLES } from './projects.js'
import { runCli, startCli, writeFiles } from './run-cli.js'

const KEY = 'correct horse battery staple'
const ENCRYPTED_AND_PLAIN = JSON.stringify({
  fleet: [
    { files: 'plain/*.db' },
    { files: 'secret/*.db', encryptionKey: { env: 'DBFLEET_TEST_KEY' } },
  ],
})

describe('encrypted databases', () => {
  const project = projects()
  const env = { DBFLEET_TEST_KEY: KEY }

  function mixed(): string {
    return project({ 'dbfleet.config.json': ENCRYPTED_AND_PLAIN })
  }

  it('are created, listed, migrated and reverted beside plain ones', async () => {
    const cwd = mixed()
    await json(cwd, ['create', 'open', '--source', '1'], { env })
    const made = await json(cwd, ['create', 'alice', 'bob', '--source', '2'], { env })
    expect(made.document.databases).toMatchObject([
      { name: 'alice', status: 'ok', position: B },
      { name: 'bob', status: 'ok', position: B },
    ])
    const start = (file: string) => readFileSync(join(cwd, file)).subarray(0, 15).toString('latin1')
    expect(start('plain/open.db')).toBe('SQLite format 3')
    expect(start('secret/alice.db')).not.toBe('SQLite format 3')

    const list = await json(cwd, ['list'])
    expect(list.document.databases.map(({ name, engine }) => [name, engine])).toEqual([
      ['alice', 'libsql'],
      ['bob', 'libsql'],
      ['open', 'better-sqlite3'],
    ])

    writeFiles(cwd, {
      'migrations/20260103000000_c.up.sql': 'CREATE TABLE c (x);',
      'migrations/20260103000000_c.down.sql': 'DROP TABLE c;',
    })
    const C = '20260103000000_c'
    const up = await json(cwd, ['up', '--all'], { env })
    expect(up).toMatchObject({ status: 0, stderr: '' })
    expect(up.document.databases.map(({ applied }) => applied)).toEqual([[C], [C], [C]])
    const status = await json(cwd, ['status', '--exit-code'], { env })
    expect(status).toMatchObject({ status: 0 })
    expect(status.document.databases.map(({ position }) => position)).toEqual([C, C, C])

    const down = await json(cwd, ['down', '--db', 'alice', '--step', '2'], { env })
    expect(down.document.databases).toMatchObject([{ reverted: [C, B], position: A }])
    const redo = await json(cwd, ['redo', '--db', 'bob'], { env })
    expect(redo.document.databases).toMatchObject([{ reverted: [C], applied: [C] }])
    expect(onLibsql(join(cwd, 'secret/alice.db'), [TABLES], KEY)).toEqual([[{ name: 'a' }]])
    expect(onLibsql(join(cwd, 'secret/bob.db'), [TABLES], KEY)[0]).toHaveLength(2)
  })

  it('say with a wrong key which doubts remain, and are left alone', async () => {
    const cwd = mixed()
    await json(cwd, ['create', 'alice', '--source', '2'], { env })
    const before = readFileSync(join(cwd, 'secret/alice.db'))
    writeFiles(cwd, { 'migrations/20260103000000_c.up.sql': 'CREATE TABLE c (x);' })
    for (const verb of ['status', 'up']) {
      const { status, document } = await json(cwd, [verb, '--all'], {
        env: { DBFLEET_TEST_KEY: 'wrong' },
      })
      expect(status).toBe(3)
      expect(document.databases).toMatchObject([
        {
          name: 'alice',
          status: 'failed',
          error: {
            code: 'not-a-database',
            message: expect.stringMatching(/key is wrong, or the file is damaged or not encrypted/),
            hint: expect.stringContaining('Check the key first'),
          },
        },
      ])
    }
    expect(readFileSync(join(cwd, 'secret/alice.db')).equals(before)).toBe(true)
  })

  it('that are taken for plain ones are told from text files by the hint', async () => {
    const cwd = project()
    libsqlFile(cwd, 'databases/alice.db', ['CREATE TABLE t (x)'], KEY)
    const { status, document } = await json(cwd, ['up', '--all'])
    expect(status).toBe(3)
    expect(document.databases).toMatchObject([
      { error: { code: 'not-a-database', hint: expect.stringContaining('`encryptionKey`') } },
    ])
  })

  it('are not touched, nor any other, when the variable of the key is not set', async () => {
    const cwd = mixed()
    writeFiles(cwd, { 'plain/open.db': '', 'secret/alice.db': '' })
    for (const verb of ['status', 'up']) {
      const { status, document } = await json(cwd, [verb, '--all'], {
        env: { DBFLEET_TEST_KEY: '' },
      })
      expect(status).toBe(2)
      expect(document.error).toMatchObject({
        code: 'secret-missing',
        message: expect.stringContaining('DBFLEET_TEST_KEY'),
      })
    }
    const create = await runCli(['create', 'carol', '--source', '2'], { cwd })
    expect(create.status).toBe(2)
    expect(create.stderr).toMatch(/DBFLEET_TEST_KEY is not set/)
    expect(readdirSync(join(cwd, 'secret'))).toEqual(['alice.db'])
    expect(readFileSync(join(cwd, 'plain/open.db'))).toHaveLength(0)
  })

  it('never show their key in what any verb prints', async () => {
    const cwd = mixed()
    libsqlFile(cwd, 'secret/other.db', ['CREATE TABLE t (x)'], 'another key')
    const printed: string[] = []
    for (const args of [
      ['create', 'alice', '--source', '2', '--json'],
      ['create', 'alice', '--source', '2'],
      ['list', '--json'],
      ['up', '--all', '--dry-run', '--verbose'],
      ['status', '--json'],
      ['down', '--all'],
      ['up', '--all'],
      ['destroy', 'alice', '--yes'],
    ]) {
      const options = { cwd, env: { ...env, DBFLEET_DEBUG: '1' } }
      const { stdout, stderr } = await runCli(args, options)
      printed.push(stdout, stderr)
    }
    expect(printed.join('')).toContain('alice')
    expect(printed.join('')).toMatch(/key is wrong/)
    expect(printed.join('')).not.toContain(KEY)
  })

  it.runIf(process.platform === 'linux')(
    'never show their key in the arguments of a process',
    async () => {
      const cwd = mixed()
      await json(cwd, ['create', 'alice', 'bob', '--source', '2'], { env })
      writeFiles(cwd, { 'migrations/20260103000000_slow.up.sql': SLOW_MIGRATION })
      const { child, finished } = startCli(['up', '--all'], { cwd, env })
      const seen = await watchProcesses(child.pid as number, finished)
      expect((await finished).status).toBe(0)
      const children = seen.filter(({ files }) => files.some(file => file.endsWith('alice.db')))
      expect(children.length).toBeGreaterThan(0)
      for (const { commandLine } of seen) expect(commandLine).not.toContain(KEY)
    },
  )
})
