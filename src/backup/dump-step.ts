import type { RowSource } from './table-rows.js'

/**
 * One step of a dump, in its order. `content` counts for the digest: objects and rows, but no
 * settings and no statistics.
 */
export type DumpStep =
  /** Whole statements. */
  | { text: string; content: boolean }
  /** All rows of a table. */
  | { rows: RowSource; content: boolean }

/** The steps between the settings of a dump and its end. */
export interface PlannedContent {
  steps: readonly DumpStep[]
  /** How many tables, virtual ones included. */
  tables: number
}
