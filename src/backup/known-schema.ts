import type { PlannedContent } from './dump-step.js'
import type { SchemaObject } from './schema-object.js'

/** All objects of a schema, and what follows from them alone. */
export interface KnownSchema {
  /** What `CREATE` made, without what SQLite itself keeps, in the order of the names. */
  objects: readonly SchemaObject[]
  /** SQLite's own tables that exist: `sqlite_sequence`, `sqlite_stat1`, `sqlite_stat4`. */
  internal: ReadonlySet<string>
  /** What a dump of all of it has, where that takes no look at any row. */
  content?: PlannedContent
}
