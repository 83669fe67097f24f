import { canonicalName } from './lexeme.js'
import { normalizeSql } from './normalize-sql.js'
import type { Trigger } from './schema.js'
import type { SchemaRow } from './schema-row.js'
import type { TokenReader } from './token-reader.js'

/**
 * Reads a CREATE TRIGGER. What may be left out is left out: BEFORE is the default, and FOR EACH ROW
 * the only choice.
 *
 * @param reader behind the trigger's name
 */
export function parseTrigger({ name, table, sql }: SchemaRow, reader: TokenReader): Trigger {
  const time = parseTime(reader)
  const event = [reader.next()]
  while (!reader.isAtEnd && reader.word() !== 'ON') event.push(reader.next())
  reader.accept('ON')
  reader.qualifiedName()
  reader.accept('FOR', 'EACH', 'ROW')
  const definition = [
    time,
    normalizeSql(event),
    'ON',
    canonicalName(table),
    normalizeSql(reader.rest()),
  ]
  return { name, table, definition: definition.join(' '), sql }
}

function parseTime(reader: TokenReader): string {
  if (reader.accept('AFTER')) return 'AFTER'
  if (reader.accept('INSTEAD', 'OF')) return 'INSTEAD OF'
  reader.accept('BEFORE')
  return 'BEFORE'
}
