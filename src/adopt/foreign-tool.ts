import type { Row } from '../database/database.js'
import type { SourceFiles } from './source-files.js'

/** The tools whose databases and migrations can be taken over, as `--from` names them. */
export const TOOL_NAMES = [
  'geni',
  'dbmate',
  'golang-migrate',
  'drizzle',
  'kysely',
  'umzug',
  'prisma',
  'atlas',
] as const
export type ToolName = (typeof TOOL_NAMES)[number]

/** What is known of one other tool. Pure: it reads no database and no file by itself. */
export interface ForeignTool {
  name: ToolName
  /** As its makers write it. */
  title: string
  /** True when it records a migration in a step of its own, before which it may be killed. */
  recordsApart: boolean
  ledger: LedgerLayout
  /** What the rows of its ledger say, in the order of the layout. */
  understand(rows: readonly Row[]): Recorded
  /** The name of the migration that an entry means, if it is there. */
  find(entry: RecordedEntry, migrations: readonly KnownMigration[]): string | undefined
  /** Whether these look like its migrations. */
  recognises(files: SourceFiles): Promise<boolean>
  /** Its migrations, in its order. */
  importFrom(files: SourceFiles): Promise<ForeignMigrations>
}

/** By what a ledger is recognised, and how it is read. */
export interface LedgerLayout {
  /** The table's name, unless the user gave it another one. */
  table: string
  /** Columns that it has, in lower case. */
  has: readonly string[]
  /** Columns by which a table of that name is another tool's, in lower case. */
  hasNot?: readonly string[]
  /** Tables beside which it is another tool's, in lower case. */
  notBeside?: readonly string[]
  /** SQL expressions of what is read, by the name that a row gives them. Times are left out. */
  select: Readonly<Record<string, string>>
  /** What the rows are ordered by. */
  order: string
  /** Other tables of the tool, given that of the ledger. */
  companions?(table: string): string[]
}

/** What a ledger says, without the times, so that databases at one position have equal ones. */
export interface Recorded {
  entries: RecordedEntry[]
  /** Why it is not to be relied on: a migration that failed half way, for instance. */
  problems: string[]
}

export interface RecordedEntry {
  /** The version or name that the tool wrote. */
  key: string
  /** What the tool says of the file's text, where it says something. */
  hash?: string
  /** The migrations before it count as applied, too, though they have no row. */
  through?: true
}

/** A migration of the directory, as far as it takes to find it. */
export interface KnownMigration {
  name: string
  /** SHA-256 in hex of its text. */
  checksum: string
}

/** What a directory of another tool holds. */
export interface ForeignMigrations {
  migrations: ForeignMigration[]
  /** What has to be rewritten by a person, and why. */
  byHand: { file: string; why: string }[]
}

/** A migration of another tool, taken apart. */
export interface ForeignMigration {
  /** The file that it is from, relative to the directory. */
  from: string
  /** The name that it gets. */
  name: string
  /** Texts by ending: `.up.sql` and `.down.sql`, or `.ts` and its like. */
  files: { ending: string; text: string }[]
}
