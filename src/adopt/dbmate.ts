import { UsageError } from '../errors/usage-error.js'
import { splitStatements } from '../sql/split-statements.js'
import type { ForeignMigration, ForeignTool } from './foreign-tool.js'
import { findByVersion, padVersion } from './version-number.js'

const FILE = /^(\d+)_?(.*)\.sql$/
const MARK = /^--[^\S\n]*migrate:(up|down)\b.*$/gm

/**
 * dbmate (pkg/dbmate/migration.go, pkg/driver/sqlite): one file holds both directions; the ledger
 * holds the digits that its name begins with, and is written in the migration's transaction unless
 * the file says `transaction:false`.
 */
export const dbmate: ForeignTool = {
  name: 'dbmate',
  title: 'dbmate',
  recordsApart: false,
  ledger: {
    table: 'schema_migrations',
    has: ['version'],
    hasNot: ['dirty', 'id'],
    // Rails has the same table, and this one.
    notBeside: ['ar_internal_metadata'],
    select: { version: 'version' },
    order: 'version',
  },
  understand: rows => ({
    entries: rows.map(({ version }) => ({ key: String(version) })),
    problems: [],
  }),
  find: findByVersion,
  async recognises(files) {
    const path = files.paths.find(path => FILE.test(path))
    return path !== undefined && (await files.read(path)).search(MARK) !== -1
  },
  async importFrom(files) {
    const migrations: ForeignMigration[] = []
    for (const path of files.paths) {
      const [, version, label] = FILE.exec(path) ?? []
      if (version === undefined) continue
      migrations.push({
        from: path,
        name: `${padVersion(version)}_${label || 'migration'}`,
        files: halvesOf(path, await files.read(path)),
      })
    }
    return { migrations, byHand: [] }
  },
}

/**
 * A file has one section or more, each an up and its down; dbmate runs the ups of all, and the downs
 * of all, in the order of the file.
 */
function halvesOf(path: string, text: string): ForeignMigration['files'] {
  const marks = [...text.matchAll(MARK)]
  const [first] = marks
  if (first === undefined) throw unfit(path, 'it has no line `-- migrate:up`')
  const before = text.slice(0, first.index).trim()
  if (splitStatements(before).length > 0)
    throw unfit(path, 'a statement stands before `-- migrate:up`')
  const halves = { up: [before], down: [] as string[] }
  let open = false
  for (const [index, { 0: line, 1: direction, index: start }] of marks.entries()) {
    if (direction === 'down' && !open)
      throw unfit(path, 'a `-- migrate:down` follows no `-- migrate:up`')
    open = direction === 'up'
    const half = text.slice(start + line.length, marks[index + 1]?.index).trim()
    halves[direction === 'up' ? 'up' : 'down'].push(half)
  }
  const outside = marks.some(([line]) => /\stransaction:false(\s|$)/.test(line))
  const header = outside ? '-- dbfleet: transaction=false\n' : ''
  const joined = (parts: string[]) => parts.filter(part => part !== '').join('\n\n')
  const files = [{ ending: '.up.sql', text: `${header}${joined(halves.up)}\n` }]
  const down = joined(halves.down)
  if (splitStatements(down).length > 0) files.push({ ending: '.down.sql', text: `${down}\n` })
  return files
}

function unfit(path: string, why: string): UsageError {
  return new UsageError('import-failed', `${path} is no migration of dbmate: ${why}`, {
    hint: 'Nothing was written. Mend the file, and import again.',
  })
}
