import { existsSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryDirectories } from '../temporary-directory.js'
import { runCli, runJson, TWO_MIGRATIONS, writeFiles } from './run-cli.js'

/** Names that no `create` would give, and that a directory may hold all the same. */
const ODD = [
  "o'brien",
  'say "hi"',
  'new\nline',
  'tab\tulator',
  'es\x1b[31mcape\x07',
  'del\x7f',
  'c1\x9b2J',
  'right\u202eleft',
  'zero\u200bwidth',
  '-rf',
  ' lead',
  'semi; rm -rf ~',
  '$(id)',
  '%41',
  'a?b#c',
  '*',
  'back\\slash',
  '{a,b}[c]',
  '数据库',
  '🦊',
  'Am\u00e9lie',
  'Ame\u0301lie',
  'x'.repeat(240),
]

/** What moves a cursor, paints, rings or reorders. */
const CONTROL = /(?!\n)[\p{Cc}\u2028\u2029]|\p{Bidi_Control}/u

interface Document {
  databases: { name: string; status: string; error?: { code: string; message: string } }[]
  summary: { ok: number; failed: number }
}

// Other systems' file systems refuse some of these names, or change them.
describe.runIf(process.platform === 'linux')('databases with names that nobody chose', () => {
  const directory = temporaryDirectories()

  function project(names: readonly string[]): string {
    const cwd = realpathSync(directory())
    writeFiles(cwd, TWO_MIGRATIONS)
    writeFiles(cwd, Object.fromEntries(names.map(name => [`databases/${name}.db`, ''])))
    return cwd
  }

  it('are listed, migrated and shown without a control character', async () => {
    const cwd = project(ODD)
    const namesOf = ({ databases }: Document) => databases.map(({ name }) => name).sort()
    for (const args of [['list'], ['up', '--all'], ['status'], ['down', '--all', '--dry-run']]) {
      const plain = await runCli(args, { cwd })
      expect(plain).toMatchObject({ status: 0, stderr: '' })
      expect(plain.stdout.replaceAll('\t', '')).not.toMatch(CONTROL)
      const json = await runJson<Document>(args, { cwd })
      expect(json.stdout).not.toMatch(CONTROL)
      expect(namesOf(json.document)).toEqual([...ODD].sort())
      expect(json.document.summary).toMatchObject({ ok: ODD.length, failed: 0 })
    }
    const { stdout } = await runCli(['list'], { cwd })
    expect(stdout.split('\n').length).toBe(ODD.length + 1)
    expect(stdout).toContain('new\\nline\t')
    expect(stdout).toContain('es\\x1b[31mcape\\x07\t')
  })

  it('are each found by their own name', async () => {
    const cwd = project(ODD)
    for (const name of ['new\nline', '*', '-rf', 'back\\slash', '%41', 'a?b#c']) {
      const { document } = await runJson<Document>(['status', '--db', name], { cwd })
      expect(document.databases.map(({ name }) => name)).toEqual([name])
    }
  })

  it('are each destroyed by their own name, and no other is', async () => {
    const doomed = ['*', 'new\nline', '-rf', '%41']
    const cwd = project(ODD)
    const { status, stdout } = await runCli(['destroy', '--yes', '--', ...doomed], { cwd })
    expect(status).toBe(0)
    expect(stdout).not.toMatch(CONTROL)
    const { document } = await runJson<Document>(['list'], { cwd })
    const left = ODD.filter(name => !doomed.includes(name))
    expect(document.databases.map(({ name }) => name).sort()).toEqual([...left].sort())
  })

  it('are named in an error without a control character', async () => {
    const cwd = project(['es\x1b[31mcape', 'new\nline'])
    for (const args of [
      ['status', '--db', 'es\x1b[2J\x9b'],
      ['destroy', 'es\x1b[31mcape'],
      ['destroy', '--yes', 'es\x1b[31m'],
      ['up', '--all', '--to', '\x1b[2J'],
      ['\x1b[2J'],
      ['up', '--\x1b[2J'],
      ['up', 'a\x1b[2J'],
      ['list', '--config', '\x1b[2J'],
      ['list', '--url', 'file:\x1b[2J?x'],
    ]) {
      const { status, stdout, stderr } = await runCli(args, { cwd })
      expect(status).toBe(2)
      expect(stdout).toBe('')
      expect(stderr).toMatch(/^error: /)
      expect(stderr).not.toMatch(CONTROL)
    }
  })

  it('that SQLite or Node cannot open are told of one by one, and the others are migrated', async () => {
    const long = 'x'.repeat(250)
    const cwd = project(['alice', long])
    writeFileSync(
      Buffer.concat([Buffer.from(`${cwd}/databases/b\u{fc}d`, 'latin1'), Buffer.from('.db')]),
      '',
    )
    const { status, document } = await runJson<Document>(['up', '--all'], { cwd })
    expect(status).toBe(3)
    expect(document.databases).toMatchObject([
      { name: 'alice', status: 'ok' },
      {
        name: 'b\ufffdd',
        status: 'failed',
        error: { code: 'bad-name', message: 'its path is not UTF-8 text' },
      },
      {
        name: long,
        status: 'failed',
        error: {
          code: 'bad-name',
          message: 'its file name has 253 bytes, which leaves no room for that of its journal',
        },
      },
    ])
    expect(existsSync(join(cwd, 'databases', `${long}.db-journal`))).toBe(false)
  })
})
