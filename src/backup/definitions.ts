import { needsLibsql } from '../sql/needs-libsql.js'
import { createStatement } from './create-statement.js'
import type { KnownSchema } from './known-schema.js'
import type { TableSource } from './table-source.js'
import { parseVirtualTable, type VirtualTable } from './virtual-table.js'

/** What one `CREATE` statement says, as far as a dump needs it. */
export interface Definition {
  /** The statement with its semicolon. */
  text: string
  virtual: VirtualTable | undefined
  /** What of it only libSQL loads. */
  feature: string | undefined
  /** How tables of it are read, by their names. */
  sources: Map<string, TableSource>
}

/** Beyond so many, databases have little in common, and there is little to gain. */
const MOST = 10_000
const MOST_SCHEMAS = 500

/** The `CREATE` statements that were met. The databases of a fleet mostly have the same ones. */
export class Definitions {
  readonly #known = new Map<string, Definition>()
  readonly #schemas = new Map<string, KnownSchema>()

  /**
   * @param text which no other schema has
   * @param read finds out what one consists of that was not met yet
   */
  schema(text: string, read: () => KnownSchema | undefined): KnownSchema | undefined {
    const known = this.#schemas.get(text)
    if (known !== undefined) return known
    const schema = read()
    if (this.#schemas.size >= MOST_SCHEMAS) this.#schemas.clear()
    if (schema !== undefined) this.#schemas.set(text, schema)
    return schema
  }

  of(sql: string): Definition {
    const known = this.#known.get(sql)
    if (known !== undefined) return known
    if (this.#known.size >= MOST) this.#known.clear()
    const definition = {
      text: createStatement(sql),
      virtual: parseVirtualTable(sql),
      feature: needsLibsql(sql),
      sources: new Map<string, TableSource>(),
    }
    this.#known.set(sql, definition)
    return definition
  }
}
