import type { IndexDescription } from './index-description.js'
import type { ColumnDescription, TagDescription } from './table-schema.js'
import type { TemplateProblem } from './template-problem.js'

/** One statement of a migration made from a template. */
export type TableChange =
  | { kind: 'create-table' }
  | { kind: 'add-column'; column: ColumnDescription }
  | { kind: 'add-tag'; tag: TagDescription }
  | { kind: 'create-index'; index: IndexDescription }

/** The changes that lead from a schema to what a template describes, and what stands in the way. */
export interface TablePlan {
  changes: readonly TableChange[]
  problems: readonly TemplateProblem[]
}
