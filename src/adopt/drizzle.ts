import { UsageError } from '../errors/usage-error.js'
import { meaningfulTokens } from '../sql/tokens.js'
import type { ForeignMigration, ForeignTool } from './foreign-tool.js'
import type { SourceFiles } from './source-files.js'

const JOURNAL = 'meta/_journal.json'
const BREAKPOINT = '--> statement-breakpoint'
const STAMP_DIGITS = 14

/** An entry of the journal, which says which files there are and in which order. */
interface JournalEntry {
  tag: string
  /** Milliseconds since 1970. */
  when: number
}

/**
 * drizzle (drizzle-orm/src/migrator.ts, sqlite-core/dialect.ts): one file for the way up, and none for
 * the way down; the journal gives each a time, by which drizzle tells what is applied. The ledger
 * holds that time, and the SHA-256 of the text.
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
  recognises: async ({ paths }) => paths.includes(JOURNAL),
  async importFrom(files) {
    const entries = await journalOf(files)
    const migrations: ForeignMigration[] = []
    let newest = 0n
    for (const { tag, when } of entries) {
      const path = `${tag}.sql`
      if (!files.paths.includes(path))
        throw unfit(`${path} is missing, though the journal names it`)
      // The order of the journal counts, whatever its times are.
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

async function journalOf(files: SourceFiles): Promise<JournalEntry[]> {
  if (!files.paths.includes(JOURNAL)) throw unfit(`${JOURNAL} is missing`)
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
  return entries
}

function isEntry(entry: unknown): entry is JournalEntry {
  const { tag, when } = (entry ?? {}) as Record<string, unknown>
  return typeof tag === 'string' && typeof when === 'number'
}

function unfit(why: string): UsageError {
  return new UsageError('import-failed', `these are no migrations of drizzle: ${why}`, {
    hint: "Nothing was written. Name drizzle's `out` directory, where meta/ is.",
  })
}
