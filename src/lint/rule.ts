import type { Severity } from '../report/check-report.js'
import type { MigrationFacts } from './migration-facts.js'
import type { ShapedStatement } from './statement-shape.js'

/** Where a rule found what. */
export interface Violation {
  message: string
  /** The statement, and which half it stands in. */
  at: ShapedStatement
  half: 'up' | 'down'
}

/** One thing to look for in a migration. Documented in `docs/lint.md` under its code. */
export interface Rule {
  code: string
  severity: Severity
  hint: string
  find(facts: MigrationFacts): Violation[]
}
