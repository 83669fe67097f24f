import type { Snapshot } from '../database/database.js'
import type { Definitions } from './definitions.js'
import type { DumpStep } from './dump-step.js'
import type { SchemaObject } from './schema-object.js'
import type { Encoding } from './text-literal.js'

/** What a dump is to hold; both flags together make no sense. */
export interface DumpOptions {
  schemaOnly?: boolean
  dataOnly?: boolean
  /** Only these tables, with their indexes and triggers. */
  tables?: readonly string[]
  /** False leaves out the settings of the database, which are not content. The default is true. */
  settings?: boolean
}

/** Something that whoever loads the dump should know. */
export interface Remark {
  text: string
  /** True when SQL text cannot carry it, so that the dump is not the whole database. */
  lost: boolean
}

/** What a dump will be; no row is read yet. */
export interface DumpPlan {
  encoding: Encoding
  /** True when any table of it fits into memory. */
  isSmall: boolean
  remarks: readonly Remark[]
  steps: readonly DumpStep[]
  /** How many tables, virtual ones included. */
  tables: number
  /** All objects of the database, also those that the dump leaves out. */
  objects: readonly SchemaObject[]
}

/** What the parts of a plan need to look at the database. */
export interface Planning {
  snapshot: Snapshot
  encoding: Encoding
  options: DumpOptions
  definitions: Definitions
  remarks: Remark[]
}
