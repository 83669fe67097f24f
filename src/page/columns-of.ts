import { backupColumn } from './backup-column.js'
import type { ColumnBuilder } from './column.js'
import { lastRunColumn } from './last-run-column.js'
import type { PageFacts } from './page-facts.js'
import { schemaColumn } from './schema-column.js'
import { standingColumn } from './standing-column.js'

/** What a page says of each database; a part that could not be made is absent. */
export interface Columns {
  /** Those that there are, in their order. */
  all: ColumnBuilder[]
  standing: ColumnBuilder
  schema?: ColumnBuilder
  lastRun?: ColumnBuilder
  backup?: ColumnBuilder
}

/** The columns of a page. */
export function columnsOf({ databases, schemas, runs, backups, madeAt }: PageFacts): Columns {
  const names = databases.map(({ name }) => name)
  const standing = standingColumn(databases)
  const schema = 'absent' in schemas ? undefined : schemaColumn(names, schemas)
  const lastRun = 'absent' in runs ? undefined : lastRunColumn(names, runs)
  const backup = 'absent' in backups ? undefined : backupColumn(names, backups, madeAt)
  return {
    all: [standing, schema, lastRun, backup].filter(column => column !== undefined),
    standing,
    ...(schema !== undefined && { schema }),
    ...(lastRun !== undefined && { lastRun }),
    ...(backup !== undefined && { backup }),
  }
}
