import { createHash } from 'node:crypto'
import { UsageError } from '../errors/usage-error.js'
import type { ForeignMigrations, ForeignTool, Recorded } from './foreign-tool.js'
import { findByName, namesByKey, withoutEnding } from './name-by-key.js'
import type { SourceFiles } from './source-files.js'
import { findByVersion } from './version-number.js'

const SUM = 'atlas.sum'
const FILE = /^[^/]+\.sql$/
/** Bits of the column `type`. */
const BASELINE = 1n
const RESOLVED = 4n
/** The row by which Atlas' cloud knows a database. */
const IDENTIFIER = '.atlas_cloud_identifier'

/**
 * Atlas (sql/migrate, cmd/atlas/internal/migrate): one file for the way up; the way down is computed.
 * A row tells how many of a file's statements were run. The first row may stand for all files before
 * it, which is what `--baseline` writes.
 */
export const atlas: ForeignTool = {
  name: 'atlas',
  title: 'Atlas',
  recordsApart: false,
  ledger: {
    table: 'atlas_schema_revisions',
    has: ['version', 'description', 'type', 'applied', 'total', 'error'],
    select: {
      version: 'version',
      description: 'description',
      type: 'type',
      applied: 'applied',
      total: 'total',
      error: "coalesce(error, '')",
    },
    order: 'version',
  },
  understand(rows) {
    const recorded: Recorded = { entries: [], problems: [] }
    for (const { version, description, type, applied, total, error } of rows) {
      if (version === IDENTIFIER) continue
      const bits = typeof type === 'bigint' ? type : 0n
      const isResolved = (bits & RESOLVED) !== 0n
      const isPartial = Number(applied) < Number(total)
      if (!isResolved && (isPartial || error !== '')) {
        recorded.problems.push(`ran ${applied} of the ${total} statements of ${version}`)
      }
      const key = description === '' ? String(version) : `${version}_${description}`
      recorded.entries.push({ key, ...((bits & BASELINE) !== 0n && { through: true as const }) })
    }
    return recorded
  },
  find(entry, migrations) {
    const [version = ''] = entry.key.split('_', 1)
    // Atlas knows a file by its version alone; a short one may be a number that an import counted.
    const isTimestamp = /^\d{14}$/.test(version)
    const found = findByName(entry, migrations)
    return found ?? (isTimestamp ? findByVersion({ key: version }, migrations) : undefined)
  },
  recognises: async ({ paths }) => paths.includes(SUM),
  async importFrom(files) {
    const paths = files.paths.filter(path => FILE.test(path))
    await refuseOtherSum(files, paths)
    const keys = paths.map(withoutEnding).map(key => (/^\d+$/.test(key) ? `${key}_migration` : key))
    const names = namesByKey(keys)
    const found: ForeignMigrations = { migrations: [], byHand: [] }
    for (const [index, path] of paths.entries()) {
      const name = names[index] ?? ''
      const text = await files.read(path)
      const directives = directivesOf(text)
      const special = SPECIAL.find(directive => directives.has(directive))
      if (special !== undefined) {
        const why = `\`-- atlas:${special}\` means nothing to dbfleet; write ${name}.up.sql`
        found.byHand.push({ file: path, why })
        continue
      }
      const header = directives.get('txmode') === 'none' ? '-- dbfleet: transaction=false\n' : ''
      found.migrations.push({
        from: path,
        name,
        files: [{ ending: '.up.sql', text: header + text }],
      })
    }
    return found
  },
}

/** Directives by which a file is more than SQL. */
const SPECIAL = ['checkpoint', 'delimiter', 'txtar', 'import']

/** The directives among the comments that a file begins with. */
function directivesOf(text: string): Map<string, string> {
  const head = /^(?:\s*--.*\n|\s*\n)*/.exec(text)?.[0] ?? ''
  const found = head.matchAll(/^\s*--\s*atlas:(\w+)(?:[ \t]+(.*?))?\s*$/gm)
  return new Map([...found].map(([, name = '', value = '']) => [name, value]))
}

/**
 * atlas.sum has a hash of each file and of all before it.
 *
 * @throws UsageError `import-failed` when a file was changed since
 */
async function refuseOtherSum(files: SourceFiles, paths: readonly string[]): Promise<void> {
  if (!files.paths.includes(SUM)) return
  const lines = (await files.read(SUM)).split('\n')
  const sums = new Map(
    lines.flatMap(line => {
      const [, name, sum] = /^(.+) h1:(\S+)$/.exec(line) ?? []
      return name === undefined || sum === undefined ? [] : [[name, sum] as const]
    }),
  )
  const hash = createHash('sha256')
  for (const path of paths) {
    const bytes = await files.bytes(path)
    hash.update(path)
    if (/^--\s*atlas:sum\s+ignore\s*$/m.test(Buffer.from(bytes).toString())) continue
    hash.update(bytes)
    if (sums.get(path) === hash.copy().digest('base64')) continue
    throw new UsageError('import-failed', `${path} is not what ${SUM} says`, {
      hint: 'Nothing was written. See what was changed, run `atlas migrate hash`, and import again.',
    })
  }
}
