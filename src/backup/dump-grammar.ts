import { asciiLowerCase } from '../sql/ascii-case.js'
import { calledFunctions } from '../sql/called-functions.js'
import { meaningfulTokens, type Token } from '../sql/tokens.js'
import { unquotedName } from '../sql/unquoted-name.js'
import { badDump } from './bad-dump.js'
import type { DumpCommand } from './dump-command.js'
import type { DumpStatement } from './dump-statement.js'
import { parseInsert } from './insert-statement.js'
import { parseVirtualTable } from './virtual-table.js'

/** Functions that reach files or code outside the database, in whichever engine has them. */
const FILE_FUNCTIONS = new Set(
  'readfile writefile edit fsdir lsdir load_extension fts3_tokenizer zipfile sqlite_dbpage'.split(
    ' ',
  ),
)
/** Modules of virtual tables that hold their content in the database. */
const MODULES = new Set('fts3 fts4 fts4aux fts5 fts5vocab rtree rtree_i32 geopoly'.split(' '))

/** Whether rows of a table are the schema's own. */
export function isSchemaTable(name: string): boolean {
  return /^sqlite_(schema|master)$/i.test(name)
}

/**
 * What a statement of a dump is. A dump is data: what it does not need to be is refused, so that
 * restoring one that somebody else wrote runs nothing of theirs.
 *
 * @throws DbfleetError `bad-dump` with the line and the reason
 */
export function dumpCommand(statement: DumpStatement): DumpCommand {
  const [verb = '', second] = statement.words
  switch (verb) {
    case 'INSERT':
    case 'REPLACE':
      return insertion(statement)
    case 'CREATE':
      return creation(statement)
    case 'PRAGMA':
      return pragma(statement)
    case 'BEGIN':
      return { kind: 'begin' }
    case 'COMMIT':
    case 'END':
      return { kind: 'commit' }
    case 'ROLLBACK':
      throw badDump(statement.line, 'the dump says itself that it failed (ROLLBACK)')
    case 'DELETE':
    case 'ANALYZE':
      return preparation(statement)
    default: {
      const word = [verb, verb === 'VACUUM' ? second : undefined].filter(Boolean).join(' ')
      throw badDump(statement.line, `${word || 'this'} is no statement of a dump`)
    }
  }
}

function insertion(statement: DumpStatement): DumpCommand {
  const insert = parseInsert(statement)
  return { kind: isSchemaTable(insert.table) ? 'schema-entry' : 'insert', insert }
}

const PREPARATIONS = [
  /^DELETE FROM (sqlite_sequence|"sqlite_sequence")( WHERE name = 's')?$/i,
  /^ANALYZE ("?sqlite_(master|schema)"?)$/i,
]

function preparation({ sql, line, words }: DumpStatement): DumpCommand {
  const shape = meaningfulTokens(sql)
    .map(({ kind, text }) => (kind === 'string' ? "'s'" : text))
    .join(' ')
  if (PREPARATIONS.some(allowed => allowed.test(shape))) return { kind: 'prepare', sql }
  throw badDump(line, `${words[0]} of anything but SQLite's own tables is no statement of a dump`)
}

function pragma({ sql, line }: DumpStatement): DumpCommand {
  const [, nameToken, equals, ...value] = meaningfulTokens(sql)
  const name = nameToken === undefined ? '' : asciiLowerCase(unquotedName(nameToken))
  const text = value.map(token => unquotedName(token)).join('')
  const isPlain = equals?.text === '=' && value.every(isLiteral)
  const refused = () => badDump(line, `PRAGMA ${name} is no statement of a dump`)
  if (!isPlain) throw refused()
  switch (name) {
    case 'foreign_keys':
    case 'defer_foreign_keys':
      return { kind: 'nothing' }
    case 'page_size':
    case 'encoding':
    case 'auto_vacuum':
      return { kind: 'early-setting', sql }
    case 'user_version':
    case 'application_id':
      return { kind: 'setting', sql }
    case 'writable_schema':
      return { kind: 'writable-schema', on: /^(on|1|true|yes)$/i.test(text) }
    default:
      throw refused()
  }
}

function isLiteral({ kind, text }: Token): boolean {
  return kind === 'number' || kind === 'word' || kind === 'string' || text === '-'
}

function creation(statement: DumpStatement): DumpCommand {
  const { sql, line, words } = statement
  const [, ...rest] = words
  const object = asciiLowerCase((rest[0] === 'UNIQUE' ? rest[1] : rest[0]) ?? '')
  if (object === 'virtual') {
    refuseModule(sql, line)
    return { kind: 'create', object: 'virtual table', sql }
  }
  if (object !== 'table' && object !== 'index' && object !== 'view' && object !== 'trigger') {
    throw badDump(line, `CREATE ${rest[0] ?? ''} is no statement of a dump`)
  }
  const tokens = meaningfulTokens(sql)
  const call = calledFunctions(tokens, { isIndex: object === 'index' }).find(name =>
    FILE_FUNCTIONS.has(name),
  )
  if (call !== undefined) {
    throw badDump(line, `the ${object} calls ${call}(), which reaches outside the database`)
  }
  if (object === 'table' && isFilledByQuery(tokens)) {
    throw badDump(line, 'CREATE TABLE … AS runs a query, which is no statement of a dump')
  }
  return { kind: 'create', object, sql }
}

/** `CREATE TABLE name AS`: the word comes before any column. */
function isFilledByQuery(tokens: readonly Token[]): boolean {
  const columns = tokens.findIndex(({ text }) => text === '(')
  const as = tokens.findIndex(({ kind, text }) => kind === 'word' && /^as$/i.test(text))
  return as >= 0 && (columns < 0 || as < columns)
}

/**
 * Checks the definition of a virtual table, also where it is the text of a schema entry.
 *
 * @throws DbfleetError `bad-dump`
 */
export function refuseModule(sql: string, line: number): void {
  const module = parseVirtualTable(sql)?.module
  if (module !== undefined && MODULES.has(module)) return
  throw badDump(
    line,
    `a virtual table of ${module === undefined ? 'no module' : `the module ${module}`}: dumps may hold ${[...MODULES].join(', ')}`,
  )
}
