import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { adopt, foreignProjects } from './foreign-projects.js'
import { json } from './projects.js'

const project = foreignProjects()

/** As `prisma migrate` writes it when a column is made required. */
const PRISMA = {
  'prisma/migrations/migration_lock.toml': 'provider = "sqlite"\n',
  'prisma/migrations/20240101000000_init/migration.sql': `-- CreateTable
CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "email" TEXT);
-- CreateTable
CREATE TABLE "Post" ("id" INTEGER NOT NULL PRIMARY KEY, "userId" INTEGER NOT NULL, CONSTRAINT "Post_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE);
`,
  'prisma/migrations/20240102000000_required/migration.sql': `-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_User" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "email" TEXT NOT NULL);
INSERT INTO "new_User" ("email", "id") SELECT coalesce("email", ''), "id" FROM "User";
DROP TABLE "User";
ALTER TABLE "new_User" RENAME TO "User";
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
`,
}

const journal = (...tags: string[]) =>
  JSON.stringify({ entries: tags.map((tag, i) => ({ idx: i, tag, when: Date.UTC(2024, 0, 1) })) })

/** As drizzle-kit writes it, and with a statement of a person that has no semicolon. */
const DRIZZLE = {
  'drizzle/meta/_journal.json': journal('0000_init', '0001_rebuild'),
  'drizzle/0000_init.sql':
    'CREATE TABLE `users` (\n\t`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,\n\t`name` text\n);\n--> statement-breakpoint\nCREATE UNIQUE INDEX `users_name_unique` ON `users` (`name`);',
  'drizzle/0001_rebuild.sql':
    "PRAGMA foreign_keys=OFF;--> statement-breakpoint\nCREATE TABLE `__new_users` (`id` integer PRIMARY KEY NOT NULL, `name` text NOT NULL);\n--> statement-breakpoint\nINSERT INTO `__new_users` SELECT id, coalesce(name, '') FROM `users` -- all\n--> statement-breakpoint\nDROP TABLE `users`;--> statement-breakpoint\nALTER TABLE `__new_users` RENAME TO `users`;--> statement-breakpoint\nPRAGMA foreign_keys=ON;",
}

describe('what other tools write', () => {
  it.each([
    ['prisma', 'prisma/migrations', PRISMA],
    ['drizzle', 'drizzle', DRIZZLE],
  ])('applies to new databases: %s', async (tool, directory, files) => {
    const cwd = project(files)
    const { status, document } = await adopt(cwd, '--import', directory)
    expect([status, document.imported?.tool]).toEqual([0, tool])
    const made = await json(cwd, ['create', 'alice', 'bob'])
    expect(made.document.databases, made.stderr).toMatchObject([{ status: 'ok' }, { status: 'ok' }])
  })

  it('has the order of the journal, though two have one time', async () => {
    const cwd = project(DRIZZLE)
    const { document } = await adopt(cwd, '--import', 'drizzle')
    expect(document.imported?.migrations.map(({ name }) => name)).toEqual([
      '20240101000000_init',
      '20240101000001_rebuild',
    ])
  })
})

describe('an import of drizzle 1.0', () => {
  it.each([
    ['the times of two are the same', ['20240101000000_a', '20240101000000_b'], '20240101000001_b'],
    [
      'there is no snapshot beside one',
      ['20240101000000_a', '20240102000000_b'],
      '20240102000000_b',
    ],
  ])('keeps the order where %s', async (_what, [first = '', second = ''], name) => {
    const cwd = project({
      [`drizzle/${first}/migration.sql`]: 'CREATE TABLE a (x)',
      [`drizzle/${first}/snapshot.json`]: '{}',
      [`drizzle/${second}/migration.sql`]: 'CREATE TABLE b AS SELECT * FROM a',
    })
    const { document } = await adopt(cwd, '--import', 'drizzle')
    expect(document.imported).toMatchObject({
      tool: 'drizzle',
      migrations: [{ name: '20240101000000_a' }, { name }],
    })
    expect((await json(cwd, ['create', 'alice'])).status).toBe(0)
  })

  it.each([
    ['0000_a/migration.sql', 'the directory 0000_a does not begin with a time'],
    ['202401010000001_a/migration.sql', 'does not begin with a time'],
    ['a.sql', 'there is neither meta/_journal.json nor a directory with a migration.sql'],
  ])('says what is wrong with %s', async (path, message) => {
    const cwd = project({ [`drizzle/${path}`]: 'CREATE TABLE a (x);' })
    const { status, document } = await adopt(cwd, '--import', 'drizzle', '--from', 'drizzle')
    expect([status, document.error]).toMatchObject([
      2,
      { code: 'import-failed', message: expect.stringContaining(message) },
    ])
  })
})

describe('an import', () => {
  const PAIRS = { 'old/1_a.up.sql': 'SELECT 1;\n', 'old/2_b.up.sql': 'SELECT 2;\n' }

  it('that was killed half way is ended by the next one', async () => {
    const cwd = project(PAIRS)
    await adopt(cwd, '--import', 'old')
    rmSync(join(cwd, 'migrations', '00000000000002_b.up.sql'))
    const { status, document } = await adopt(cwd, '--import', 'old')
    expect([status, document.imported?.migrations.map(({ kept }) => kept)]).toEqual([
      0,
      [true, false],
    ])
    expect(readdirSync(join(cwd, 'migrations'))).toEqual([
      '00000000000001_a.up.sql',
      '00000000000002_b.up.sql',
    ])
  })

  it('adds to migrations of dbfleet, and is refused where a timestamp is taken', async () => {
    const cwd = project({ ...PAIRS, 'migrations/20240101000000_own.up.sql': 'SELECT 3;\n' })
    expect((await adopt(cwd, '--import', 'old')).status).toBe(0)
    const taken = project({ ...PAIRS, 'migrations/00000000000001_own.up.sql': 'SELECT 3;\n' })
    const { status, document } = await adopt(taken, '--import', 'old')
    expect([status, document.error?.message]).toEqual([
      2,
      expect.stringContaining('have one timestamp'),
    ])
    expect(readdirSync(join(taken, 'migrations'))).toHaveLength(1)
  })

  it('gives a migration without a statement one that does nothing', async () => {
    const cwd = project({ 'old/1_a.up.sql': '-- nothing here\n' })
    expect((await adopt(cwd, '--import', 'old')).status).toBe(0)
    const text = readFileSync(join(cwd, 'migrations', '00000000000001_a.up.sql'), 'utf8')
    expect(text).toBe('-- nothing here\nSELECT 1; -- It did nothing.\n')
    expect((await json(cwd, ['create', 'alice'])).status).toBe(0)
  })

  it.each([
    ['no files', {}, 'holds no migrations of a known tool'],
    [
      'a journal that is no JSON',
      { 'old/meta/_journal.json': '{', 'old/0000_a.sql': 'SELECT 1;' },
      'is no JSON',
    ],
    ['a file that is missing', { 'old/meta/_journal.json': journal('0000_a') }, 'is missing'],
    [
      'a file that leads elsewhere',
      { 'old/meta/_journal.json': journal('meta/0000_a'), 'old/meta/0000_a.sql': 'SELECT 1;' },
      'would become',
    ],
    [
      'a file that atlas.sum does not know as it is',
      { 'old/1_a.sql': 'SELECT 1;', 'old/atlas.sum': 'h1:x\n1_a.sql h1:other\n' },
      'is not what atlas.sum says',
    ],
    [
      'two files that would get one name',
      { 'old/1_a.up.sql': 'SELECT 1;', 'old/01_a.up.sql': 'SELECT 1;' },
      'would both become',
    ],
    ['bytes that are no text', { 'old/1_a.up.sql': new Uint8Array([0xff, 0xfe]) }, 'not UTF-8'],
    [
      'a name that is too long',
      { [`old/1_${'x'.repeat(240)}.up.sql`]: 'SELECT 1;' },
      'ENAMETOOLONG',
    ],
  ])('writes nothing when there are %s', async (_, files, said) => {
    const cwd = project({ 'old/.keep': '', ...files })
    const { status, document } = await adopt(cwd, '--import', 'old')
    expect([status, document.error?.code, document.error?.message]).toEqual([
      2,
      expect.stringMatching(/^(import-failed|migration-invalid)$/),
      expect.stringContaining(said),
    ])
    expect(existsSync(join(cwd, 'migrations'))).toBe(false)
  })

  it('says so when the migrations that are there are not sound', async () => {
    const cwd = project({ ...PAIRS, 'migrations/what.sql': 'SELECT 1;\n' })
    const { document } = await adopt(cwd, '--import', 'old')
    expect(document.error).toMatchObject({
      code: 'migration-invalid',
      hint: expect.stringContaining('Name it'),
    })
  })
})
