import { mkdirSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { temporaryDirectories } from '../temporary-directory.js'
import { expectRefused } from './refused.js'
import { runCli, runJson, TWO_MIGRATIONS, writeFiles } from './run-cli.js'

const MEND = 'Nothing was touched. Mend the files and run the same command again.'
const LEAVE_OUT =
  'Nothing was touched. Leave it out, or begin the file with `-- dbfleet: transaction=false` to have no transaction around it.'
const CORRECT = 'Nothing was touched. Correct the migration, or what it imports.'

/** A migration that comes after those of `TWO_MIGRATIONS`. */
const NEXT = 'migrations/20260103000000_next'

describe('a migration', () => {
  const directory = temporaryDirectories()

  /** A database with rows and a ledger, an empty one, and two pending migrations with these files. */
  function projectWith(files: Record<string, string | Uint8Array>): string {
    const cwd = realpathSync(directory())
    writeFiles(cwd, { ...TWO_MIGRATIONS, 'databases/bob.db': '', ...files })
    const alice = new Database(join(cwd, 'databases/alice.db'))
    alice.exec('CREATE TABLE mine (x); INSERT INTO mine VALUES (1), (2)')
    alice.close()
    return cwd
  }

  async function refused(
    cwd: string,
    error: { code: string; message: string; hint: string },
    verbs: string[][] = [['up', '--all']],
  ): Promise<void> {
    for (const args of verbs) await expectRefused(args, { cwd }, error)
  }

  it('with a syntax error is told of with file, line and statement, before any database is touched', async () => {
    const cwd = projectWith({
      [`${NEXT}.up.sql`]:
        'CREATE TABLE c (x);\n\n-- twice as good\nCREATE TABEL d (\n\tx,\n\ty\n);\n',
    })
    const error = {
      code: 'syntax',
      message: `${join(cwd, NEXT)}.up.sql:4: near "TABEL": syntax error\n    CREATE TABEL d (\n      x,\n      y\n    )`,
      hint: 'Nothing was touched. Mend the statement and run the same command again.',
    }
    await refused(cwd, error, [
      ['up', '--all'],
      ['up', '--all', '--dry-run'],
      ['create', 'dave'],
    ])
  })

  it('with a text that does not end is told of with the line where it begins', async () => {
    const cwd = projectWith({
      [`${NEXT}.up.sql`]: "CREATE TABLE c (x);\nINSERT INTO c VALUES ('abc);\n",
    })
    await refused(cwd, {
      code: 'syntax',
      message: `${join(cwd, NEXT)}.up.sql:2: unrecognized token: "'abc);…\n    INSERT INTO c VALUES ('abc);`,
      hint: 'Nothing was touched. Mend the statement and run the same command again.',
    })
  })

  it('with a syntax error in its down is refused by down, and does not hinder up', async () => {
    const cwd = projectWith({
      [`${NEXT}.up.sql`]: 'CREATE TABLE c (x);',
      [`${NEXT}.down.sql`]: 'DORP TABLE c;',
    })
    expect(await runCli(['up', '--all'], { cwd })).toMatchObject({ status: 0, stderr: '' })
    const error = {
      code: 'syntax',
      message: `${join(cwd, NEXT)}.down.sql:1: near "DORP": syntax error\n    DORP TABLE c`,
      hint: 'Nothing was touched. Mend the statement and run the same command again.',
    }
    await refused(cwd, error, [
      ['down', '--all'],
      ['redo', '--all'],
    ])
  })

  it('that fails where there are no rows makes create fail as a whole', async () => {
    const cwd = projectWith({
      [`${NEXT}.up.sql`]: 'CREATE TABLE c (x);\nINSERT INTO d VALUES (1);\n',
    })
    const error = {
      code: 'sql',
      message:
        'the migrations do not apply to an empty database: no such table: d (20260103000000_next.up.sql:2: INSERT INTO d VALUES (1))',
      hint: 'Nothing was touched. Mend the migration; it has to work where there are no rows.',
    }
    await refused(cwd, error, [['create', 'dave', 'eve']])
  })

  it.each([
    ['in a statement', 'CREATE TABLE c (x)\n, \0y;', 2],
    ['behind the last statement', 'CREATE TABLE c (x);\n\n\0DROP TABLE a;', 3],
    ['in a text', "CREATE TABLE c (x);\nINSERT INTO c VALUES ('a\0b');", 2],
    ['in a comment', '-- a\0b\nCREATE TABLE c (x);', 1],
  ])('with a NUL %s is refused, because what follows would be lost', async (_, sql, line) => {
    for (const ending of ['up', 'down']) {
      const cwd = projectWith({
        [`${NEXT}.up.sql`]: 'CREATE TABLE c (x);',
        [`${NEXT}.${ending}.sql`]: sql,
      })
      const error = {
        code: 'migration-invalid',
        message: `${join(cwd, NEXT)}.${ending}.sql:${line}: a NUL character, where SQLite would stop reading`,
        hint: 'Nothing was touched. Remove it, or write char(0) where a value needs one.',
      }
      await refused(cwd, error, [['up', '--all']])
    }
  })

  it('that is not UTF-8 is refused, because its bytes would be replaced', async () => {
    const utf16 = Buffer.from('\ufeffCREATE TABLE c (x);', 'utf16le')
    const latin1 = Buffer.from("INSERT INTO a VALUES (1, 'Zoë');", 'latin1')
    for (const bytes of [utf16, latin1]) {
      const cwd = projectWith({ [`${NEXT}.up.sql`]: bytes })
      const error = {
        code: 'migration-invalid',
        message: `${join(cwd, NEXT)}.up.sql is not UTF-8 text`,
        hint: 'Nothing was touched. Save it in UTF-8.',
      }
      await refused(cwd, error, [['up', '--all'], ['status']])
    }
  })

  it('that begins or ends a transaction is told of with each line', async () => {
    const own = (line: number, word: string) =>
      `20260103000000_next.up.sql:${line}: ${word} in a migration, which dbfleet runs in a transaction of its own`
    const one = projectWith({ [`${NEXT}.up.sql`]: 'CREATE TABLE c (x);\nCOMMIT;\n' })
    await refused(one, {
      code: 'migration-invalid',
      message: join(one, 'migrations', own(2, 'COMMIT')),
      hint: LEAVE_OUT,
    })
    const two = projectWith({ [`${NEXT}.up.sql`]: 'BEGIN;\nCREATE TABLE c (x);\nEND;\n' })
    await refused(two, {
      code: 'migration-invalid',
      message: [`${join(two, 'migrations')} has 2 problems:`, own(1, 'BEGIN'), own(3, 'END')].join(
        '\n',
      ),
      hint: LEAVE_OUT,
    })
  })

  it.each([
    ['transactoin=false', 'unknown directive "transactoin"', 'Did you mean `transaction`?'],
    ['vacuum', 'unknown directive "vacuum"', 'Known are transaction and foreign_keys.'],
    [
      'transaction=maybe',
      'transaction takes true or false, not "maybe"',
      'Write `transaction=true` or `transaction=false`.',
    ],
    [
      'foreign_keys',
      'foreign_keys takes true or false, not ""',
      'Write `foreign_keys=true` or `foreign_keys=false`.',
    ],
  ])('with the header %s is told of with the line', async (directive, why, hint) => {
    const cwd = projectWith({
      [`${NEXT}.up.sql`]: `-- a note\n-- dbfleet: ${directive}\nCREATE TABLE c (x);\n`,
    })
    await refused(cwd, {
      code: 'migration-header',
      message: `${join(cwd, NEXT)}.up.sql:2: ${why}`,
      hint: `Nothing was touched. ${hint}`,
    })
  })

  it('without an up is refused', async () => {
    const cwd = projectWith({ [`${NEXT}.down.sql`]: 'DROP TABLE c;' })
    const error = {
      code: 'migration-invalid',
      message: `${join(cwd, NEXT)}.up.sql is missing, though 20260103000000_next.down.sql is there`,
      hint: MEND,
    }
    await refused(cwd, error, [['up', '--all'], ['status'], ['create', 'dave'], ['new', 'x']])
  })

  it('with an empty up is refused', async () => {
    const cwd = projectWith({ [`${NEXT}.up.sql`]: '-- nothing yet\n;\n' })
    await refused(cwd, {
      code: 'migration-empty',
      message: `${join(cwd, NEXT)}.up.sql holds no statement`,
      hint: 'Nothing was touched. Write it, or delete the migration.',
    })
  })

  it('of the same timestamp as another is refused', async () => {
    const cwd = projectWith({ 'migrations/20260102000000_other.up.sql': 'CREATE TABLE c (x);' })
    await refused(cwd, {
      code: 'migration-invalid',
      message: `${join(cwd, 'migrations')}/20260102000000_create_b and 20260102000000_other have one timestamp; rename one of them`,
      hint: MEND,
    })
  })

  it('that is there twice is refused', async () => {
    const cwd = projectWith({
      [`${NEXT}.up.sql`]: 'CREATE TABLE c (x);',
      [`${NEXT}.ts`]: 'export async function up() {}',
    })
    await refused(cwd, {
      code: 'migration-invalid',
      message: `${join(cwd, NEXT)}.ts and 20260103000000_next.up.sql are one migration twice`,
      hint: MEND,
    })
  })

  it.each(['20260103000000_next.sql', 'next.up.sql', '20260103000000.up.sql', '20260103000000.ts'])(
    'whose file is called %s is refused rather than passed over',
    async name => {
      const cwd = projectWith({ [`migrations/${name}`]: 'SELECT 1;' })
      await refused(cwd, {
        code: 'migration-invalid',
        message: `${join(cwd, 'migrations', name)} is not named like a migration`,
        hint: 'Name it <utc timestamp>_<name>.up.sql, .down.sql, .ts or .js; `dbfleet new` does. `dbfleet adopt --import` reads those of other tools.',
      })
    },
  )

  it.each([
    [
      'ts',
      'export async function down() {}',
      ' exports no function `up`',
      'Nothing was touched. Write `export async function up(db) { … }`, and `down` likewise.',
    ],
    [
      'js',
      'export const up = "CREATE TABLE c (x)"',
      ' exports no function `up`',
      'Nothing was touched. Write `export async function up(db) { … }`, and `down` likewise.',
    ],
    ['ts', 'export async function up() {\n  const = 3\n}\n', ':2: Unexpected token', CORRECT],
    [
      'js',
      '\nthrow new RangeError("not today")\n',
      ':2 does not load: RangeError: not today',
      CORRECT,
    ],
    [
      'mjs',
      "import x from './nope.js'\nexport const up = x\n",
      ":1 does not load: Error: Cannot find module './nope.js'",
      CORRECT,
    ],
  ])('in .%s that cannot be used is told of: %j', async (ending, text, problem, hint) => {
    const cwd = projectWith({ [`${NEXT}.${ending}`]: text })
    await refused(cwd, {
      code: 'migration-invalid',
      message: `${join(cwd, NEXT)}.${ending}${problem}`,
      hint,
    })
  })

  it('that is a directory is refused', async () => {
    const cwd = projectWith({})
    mkdirSync(join(cwd, `${NEXT}.up.sql`))
    await refused(cwd, {
      code: 'migration-invalid',
      message: `${join(cwd, NEXT)}.up.sql is a directory`,
      hint: 'Nothing was touched. A migration is a file that this user can read.',
    })
  })

  it('with control characters in its name is applied and shown without them', async () => {
    const name = '20260103000000_es\x1b[31mcape'
    const cwd = projectWith({ [`migrations/${name}.up.sql`]: 'CREATE TABLE c (x);' })
    const { status, stdout } = await runCli(['up', '--db', 'bob', '--to', name], { cwd })
    expect(status).toBe(0)
    expect(stdout).toContain('20260103000000_es\\x1b[31mcape')
    expect(stdout).not.toContain('\x1b')
    const { document } = await runJson<{ databases: { position: string }[] }>(
      ['status', '--db', 'bob'],
      { cwd },
    )
    expect(document.databases[0]?.position).toBe(name)
  })
})

describe('the migrations directory', () => {
  const directory = temporaryDirectories()
  const VERBS = [['up', '--all'], ['status'], ['create', 'dave'], ['new', 'x']]

  it.each([
    [
      'is missing',
      'does not exist',
      'Run `dbfleet init`, or set `migrations` in the configuration.',
    ],
    [
      'is a file',
      'is not a directory',
      'Set `migrations` in the configuration to a directory that this user can read.',
    ],
  ])('that %s is told of', async (what, why, hint) => {
    const cwd = realpathSync(directory())
    writeFiles(cwd, { ...TWO_MIGRATIONS, 'databases/alice.db': '' })
    rmSync(join(cwd, 'migrations'), { recursive: true })
    if (what === 'is a file') writeFiles(cwd, { migrations: '' })
    const message = `the migrations directory ${join(cwd, 'migrations')} ${why}`
    for (const args of VERBS) {
      await expectRefused(args, { cwd }, { code: 'migrations-missing', message, hint })
    }
  })
})
