import { join } from 'node:path'
import { runCli, TWO_MIGRATIONS, writeFiles } from './run-cli.js'
import { onSqlite } from './sqlite-files.js'

/** Names that a page must show and never obey. */
export const HOSTILE = [
  '</script><img src=x onerror=alert(1)>',
  '"><svg onload=alert(2)>',
  '<!--<script>',
  'a\u2028b\u2029c',
  'line\nbreak',
  'right\u202eleft',
  '__proto__',
  'x'.repeat(180),
]

/** So many ordinary databases, more than a page shows at once. */
export const USERS = 130

/**
 * A fleet that has some of everything: databases that are behind, failed to be migrated, drifted, cannot
 * be read, and have no backup.
 */
export async function makeReportedFleet(cwd: string): Promise<void> {
  const hostile = HOSTILE.map((name, index) => ({ name, url: `file:hostile-${index}.db` }))
  writeFiles(cwd, {
    ...TWO_MIGRATIONS,
    'dbfleet.config.json': JSON.stringify({
      fleet: [{ files: 'databases/*.db' }, { databases: hostile }],
    }),
    ...Object.fromEntries(HOSTILE.map((_, index) => [`hostile-${index}.db`, ''])),
  })
  const names = Array.from({ length: USERS }, (_, index) => nameOf(index + 1))
  await succeed(cwd, names.join('\n'), 'create', '-')
  await succeed(cwd, '', 'backup', '--db', 'user-*')
  const change = (user: number, sql: string) =>
    onSqlite(join(cwd, 'databases', `${nameOf(user)}.db`), db => db.exec(sql))
  for (const user of [1, 2, 3])
    change(user, "INSERT INTO a VALUES (1, '<b>same</b>'), (2, '<b>same</b>')")
  for (const user of [20, 21]) change(user, 'CREATE INDEX extra ON a (v)')
  writeFiles(cwd, {
    'migrations/20260103000000_unique_v.up.sql': 'CREATE UNIQUE INDEX a_v ON a (v);\n',
    'migrations/20260103000000_unique_v.down.sql': 'DROP INDEX a_v;\n',
  })
  await runCli(['up', '--all'], { cwd })
  onSqlite(join(cwd, '.dbfleet/control.db'), db => {
    const add = db.prepare(
      `INSERT INTO waves SELECT id, ?, ?, started_at + ?, started_at + ?, ? FROM runs`,
    )
    add.run(0, '<b>canary</b>', 0, 10, JSON.stringify({ status: 0, output: 'fine\n' }))
    add.run(1, 'the rest', 20, null, null)
  })
  writeFiles(cwd, { 'databases/broken.db': 'not a database' })
}

export function nameOf(user: number): string {
  return `user-${String(user).padStart(3, '0')}`
}

async function succeed(cwd: string, input: string, ...args: string[]): Promise<void> {
  const { status, stderr } = await runCli(args, { cwd, input })
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`)
}
