import { UsageError } from '../errors/usage-error.js'
import { meaningfulTokens } from '../sql/tokens.js'
import type { ForeignMigration, ForeignTool } from './foreign-tool.js'
import { migrationDirectories } from './migration-directories.js'
import type { SourceFiles } from './source-files.js'

const JOURNAL = 'meta/_journal.json'
const BREAKPOINT = '--> statement-breakpoint'
const STAMP_DIGITS = 14

/** A migration, in the order in which drizzle applies them. */
interface Listed {
  /** A number or a time, and the name. */
  tag: string
  path: string
  /** Milliseconds since 1970. */
  when: number
}

/**
 * drizzle (drizzle-orm/src/migrator.ts, sqlite-core/dialect.ts): one file for the way up, and none for
 * the way down. Each has a time: before 1.0 the journal gives it, since then each migration has a
 * directory whose name begins with it, in UTC. The ledger holds that time, and the SHA-256 of the text;
 * since then the directory's name, too, which says no more.
 */
export const drizzle: ForeignTool = {
  name: 'drizzle',
  title: 'drizzle',
  recordsApart: false,
  ledger: {
    table: '__drizzle_migrations',
    has: ['id', 'hash', 'created_at'],
    select: { hash: 'hash', created_at: 'created_at' },
    order: 'created_at, id',
  },
  understand: rows => ({
    entries: rows.map(({ hash, created_at }) => ({
      key: String(created_at),
      ...(typeof hash === 'string' && { hash }),
    })),
    problems: [],
  }),
  find({ key, hash }, migrations) {
    const stamp = timestampOf(Number(key))
    const sameText = migrations.filter(({ checksum }) => checksum === hash)
    const sameTime = (all: typeof migrations) =>
      all.find(({ name }) => name.startsWith(`${stamp}_`))
    // Two files may have one text, and a file may have been given another text since.
    return (sameTime(sameText) ?? sameText[0] ?? sameTime(migrations))?.name
  },
  recognises: async files =>
    files.paths.includes(JOURNAL) ||
    migrationDirectories(files).some(({ hasSnapshot }) => hasSnapshot),
  async importFrom(files) {
    const listed = files.paths.includes(JOURNAL) ? await inJournal(files) : inDirectories(files)
    const migrations: ForeignMigration[] = []
    let newest = 0n
    for (const { tag, path, when } of listed) {
      // The order counts, whatever the times are.
      const time = BigInt(timestampOf(when))
      newest = time > newest ? time : newest + 1n
      migrations.push({
        from: path,
        name: `${String(newest).padStart(STAMP_DIGITS, '0')}_${tag.replace(/^\d+_/, '')}`,
        files: [{ ending: '.up.sql', text: withSemicolons(await files.read(path)) }],
      })
    }
    return { migrations, byHand: [] }
  },
}

/** Milliseconds since 1970 as `YYYYMMDDHHMMSS`, UTC; zeros when they are none. */
function timestampOf(when: number): string {
  const time = new Date(when)
  if (Number.isNaN(time.getTime())) return '0'.repeat(STAMP_DIGITS)
  return time.toISOString().replace(/\D/g, '').slice(-17, -3).padStart(STAMP_DIGITS, '0')
}

/**
 * drizzle splits at its breakpoints, which are comments to everybody else, and so needs no `;`. A
 * text that has all of them stays as it is, so that it has the hash that drizzle recorded.
 */
function withSemicolons(text: string): string {
  const parts = text.split(BREAKPOINT)
  const ended = parts.map((part, index) => {
    const last = meaningfulTokens(part).at(-1)
    if (index === parts.length - 1 || last === undefined || last.text === ';') return part
    const end = last.offset + last.text.length
    return `${part.slice(0, end)};${part.slice(end)}`
  })
  return ended.join(BREAKPOINT)
}

async function inJournal(files: SourceFiles): Promise<Listed[]> {
  let journal: unknown
  try {
    journal = JSON.parse(await files.read(JOURNAL))
  } catch (cause) {
    throw unfit(`${JOURNAL} is no JSON: ${(cause as Error).message}`)
  }
  const entries = (journal as { entries?: unknown } | null)?.entries
  if (!Array.isArray(entries) || !entries.every(isEntry)) {
    throw unfit(`${JOURNAL} has no list \`entries\` of objects with \`tag\` and \`when\``)
  }
  return entries.map(({ tag, when }) => {
    const path = `${tag}.sql`
    if (!files.paths.includes(path)) throw unfit(`${path} is missing, though the journal names it`)
    return { tag, path, when }
  })
}

function isEntry(entry: unknown): entry is Pick<Listed, 'tag' | 'when'> {
  const { tag, when } = (entry ?? {}) as Record<string, unknown>
  return typeof tag === 'string' && typeof when === 'number'
}

function inDirectories(files: SourceFiles): Listed[] {
  const directories = migrationDirectories(files)
  if (directories.length === 0) {
    throw unfit(`there is neither ${JOURNAL} nor a directory with a migration.sql`)
  }
  return directories.map(({ name, path }) => {
    const time = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?!\d)/.exec(name)?.slice(1).map(Number)
    if (time === undefined) {
      throw unfit(`the directory ${name} does not begin with a time such as 20240101000000`)
    }
    const [year = 0, month = 0, ...rest] = time
    return { tag: name, path, when: Date.UTC(year, month - 1, ...rest) }
  })
}

function unfit(why: string): UsageError {
  return new UsageError('import-failed', `these are no migrations of drizzle: ${why}`, {
    hint: "Nothing was written. Name drizzle's `out` directory, where meta/ is, or since drizzle 1.0 a directory for each migration.",
  })
}
