import type { Migration } from '../migrate/migration.js'
import type { Severity } from '../report/check-report.js'
import { factsOf, type MigrationFacts } from './migration-facts.js'
import { RULES } from './rules.js'
import type { StatementShape } from './statement-shape.js'

/** What a rule says about a migration. */
export interface LintFinding {
  code: string
  severity: Severity
  message: string
  /** Absolute. */
  file: string
  line: number
  hint: string
  /** The table whose every row is written anew, in lower case; how long that takes, a fleet can tell. */
  rewrites?: string
}

/** Looks for what works in an empty database and goes wrong in a fleet. Pure. */
export function lintMigration(
  migration: Migration,
  around: Pick<MigrationFacts, 'before' | 'after' | 'onServers'>,
): LintFinding[] {
  const facts = factsOf(migration, around)
  return RULES.flatMap(({ code, severity, hint, find }) =>
    find(facts).map(({ message, at, half }) => ({
      code,
      severity,
      message,
      file: half === 'up' ? migration.file : (migration.downFile ?? migration.file),
      line: at.statement.line,
      hint,
      ...(code === 'rewrites-table' && { rewrites: rewrittenBy(at.shape) }),
    })),
  )
}

function rewrittenBy(shape: StatementShape): string {
  if (shape.kind === 'update') return shape.table
  return shape.kind === 'rename-table' ? shape.to : ''
}
