import { join } from 'node:path'

/** The file in the directory of the migrations that says what they make of an empty database. */
export function schemaFileOf(directory: string): string {
  return join(directory, 'schema.sql')
}
