import { asciiUpperCase } from '../sql/ascii-case.js'
import { unquotedName } from '../sql/unquoted-name.js'
import type { Conflict, ForeignKey } from './schema.js'
import { splitAtCommas, type TokenReader } from './token-reader.js'

/** `ON CONFLICT …` where it comes next. */
export function parseConflict(reader: TokenReader): Conflict {
  return reader.accept('ON', 'CONFLICT') ? (asciiUpperCase(reader.name()) as Conflict) : 'ABORT'
}

/** What follows REFERENCES: the parent, the actions, and when it is checked. */
export function parseReferences(reader: TokenReader, columns: string[]): ForeignKey {
  const key: ForeignKey = {
    columns,
    parent: reader.name(),
    parentColumns: reader.peek()?.text === '(' ? parseNames(reader) : [],
    onDelete: 'NO ACTION',
    onUpdate: 'NO ACTION',
    deferred: false,
  }
  for (;;) {
    if (reader.accept('ON', 'DELETE')) key.onDelete = parseAction(reader)
    else if (reader.accept('ON', 'UPDATE')) key.onUpdate = parseAction(reader)
    else if (reader.accept('ON', 'INSERT')) parseAction(reader)
    else if (reader.accept('MATCH')) reader.name()
    else if (reader.accept('NOT', 'DEFERRABLE')) parseInitially(reader)
    else if (reader.accept('DEFERRABLE')) key.deferred = parseInitially(reader)
    else return key
  }
}

/** Names between parentheses; a collation or an order behind a name does not matter here. */
export function parseNames(reader: TokenReader): string[] {
  return splitAtCommas(reader.parenthesized()).flatMap(([name]) =>
    name === undefined ? [] : [unquotedName(name)],
  )
}

function parseAction(reader: TokenReader): string {
  const first = asciiUpperCase(reader.name())
  return first === 'SET' || first === 'NO' ? `${first} ${asciiUpperCase(reader.name())}` : first
}

/** True when the check waits for the commit. */
function parseInitially(reader: TokenReader): boolean {
  if (!reader.accept('INITIALLY')) return false
  return asciiUpperCase(reader.name()) === 'DEFERRED'
}
