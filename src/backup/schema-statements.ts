import { dumpCommands } from './dump-commands.js'
import { executableSql } from './executable-sql.js'

/**
 * The statements of a dump that make its schema, in its order; its rows are read and left out.
 *
 * @throws DbfleetError `bad-dump`
 */
export async function schemaStatements(pieces: AsyncIterable<Uint8Array>): Promise<string[]> {
  const statements: string[] = []
  for await (const command of dumpCommands(pieces)) {
    if (command.kind === 'create') statements.push(executableSql(command.sql, command.line))
  }
  return statements
}
