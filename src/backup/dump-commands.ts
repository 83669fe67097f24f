import { isAscii } from 'node:buffer'
import { lineCounter, StatementReader } from '../sql/split-statements.js'
import { unquotedName } from '../sql/unquoted-name.js'
import { badDump } from './bad-dump.js'
import type { DumpCommand } from './dump-command.js'
import { dumpCommand, isSchemaTable } from './dump-grammar.js'
import type { InsertStatement } from './insert-statement.js'
import type { KnownStatements } from './known-statements.js'
import { RowValues } from './row-values.js'
import { scanRows } from './scan-rows.js'

/** A command, and the line where it begins. */
export type PlacedCommand = DumpCommand & { line: number }

type Creation = Extract<DumpCommand, { kind: 'create' }>

/** Rows of several INSERTs are put together up to about this, in bytes, since that is faster. */
const BATCH_BYTES = 65_536
const BATCH_ROWS = 512
/** What breaks off at the end of a text is read again with the next; so texts are no shorter. */
const LARGE_TEXT = 1 << 19

/** How a dump is read. */
export interface Reading {
  /** Of dumps that were read before this one. */
  known?: KnownStatements | undefined
  /** Reads what rows hold, too, where it is plain; for large dumps. */
  values?: boolean
}

/**
 * Reads a dump of any size, which comes in pieces. INSERTs into one table that follow each other
 * are put together.
 *
 * @throws DbfleetError `bad-dump` for what is no statement of a dump, or has no end
 */
export async function* dumpCommands(
  pieces: AsyncIterable<Uint8Array>,
  reading: Reading = {},
): AsyncGenerator<PlacedCommand> {
  reading.known?.restart()
  let rest = ''
  let line = 1
  const least = reading.values === true ? LARGE_TEXT : 0
  let wanted = least
  for await (const piece of pieces) {
    rest += Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString('latin1')
    if (rest.length < wanted) continue
    const reader = new CommandReader(rest, line, reading)
    yield* reader.commands()
    line = reader.line
    // So that a statement of many pieces is not read from its start for each.
    wanted = reader.position === 0 ? 2 * rest.length : least
    rest = rest.slice(reader.position)
  }
  yield* lastCommands(new CommandReader(rest, line, reading))
}

/**
 * The same of a dump that is in memory.
 *
 * @throws what `dumpCommands` throws
 */
export function* commandsIn(dump: Buffer, known?: KnownStatements): Generator<PlacedCommand> {
  known?.restart()
  yield* lastCommands(new CommandReader(dump.toString('latin1'), 1, { known }))
}

function* lastCommands(reader: CommandReader): Generator<PlacedCommand> {
  yield* reader.commands()
  if (reader.unfinished !== undefined) {
    throw badDump(reader.unfinished, 'the dump breaks off inside this statement')
  }
}

/** The beginning of an INSERT as dumps mostly write it, up to and with `VALUES`; the table's name. */
const PLAIN_HEAD = (() => {
  const name = '(?:"(?:[^"]|"")+"|[A-Za-z_][A-Za-z0-9_]*)'
  return `INSERT INTO (${name})(?:\\(${name}(?:,${name})*\\))? VALUES`
})()

/** The commands of a text that begins with a statement and may end inside one. */
class CommandReader {
  readonly #text: string
  readonly #lineOf: (offset: number) => number
  readonly #statements: StatementReader
  readonly #mayScan: boolean
  readonly #known: KnownStatements | undefined
  readonly #readsValues: boolean
  readonly #isAscii: boolean
  readonly #plainHead = new RegExp(PLAIN_HEAD, 'y')
  /** Behind the last statement that is whole. */
  position = 0

  constructor(text: string, firstLine: number, { known, values = false }: Reading) {
    this.#text = text
    this.#known = known
    this.#readsValues = values
    this.#isAscii = values && isAscii(Buffer.from(text, 'latin1'))
    const lineOf = lineCounter(text)
    this.#lineOf = offset => firstLine - 1 + lineOf(offset)
    this.#statements = new StatementReader(text)
    // SQLite reads no further than a NUL, and the reader of statements says so.
    this.#mayScan = !text.includes('\0')
  }

  /** The line of `position`. */
  get line(): number {
    return this.#lineOf(this.position)
  }

  /** The line of a statement without an end; `undefined` when there is none. */
  get unfinished(): number | undefined {
    const place = this.#statements.read(this.position)
    return place === undefined ? undefined : this.#lineOf(place.offset)
  }

  *commands(): Generator<PlacedCommand> {
    for (;;) {
      const plain = this.#plainInsert()
      if (plain !== undefined) {
        yield* this.#inserts(plain.insert, plain.offset, plain.values)
        continue
      }
      const before = this.position
      const known = this.#known?.find(this.#text, before)
      if (known !== undefined) {
        this.position += known.text.length
        yield { ...known.command, line: this.#lineOf(before + known.offset) }
        continue
      }
      const place = this.#statements.read(before)
      // The text may go on, and what looks like the end of a trigger may not be it.
      if (place === undefined || !place.isEnded) return
      const { offset, end, words } = place
      const line = this.#lineOf(offset)
      const command = dumpCommand({ sql: this.#text.slice(offset, end), line, words })
      this.position = place.next
      if (command.kind === 'insert') yield* this.#inserts(command.insert, offset)
      // SQLite keeps what stands before the semicolon, comments too, in the schema.
      else if (command.kind !== 'create') yield { ...command, line }
      else {
        const sql = this.#text.slice(offset, place.next)
        this.#remember({ ...command, sql }, before)
        yield { ...command, sql, line }
      }
    }
  }

  #remember(command: Creation, start: number): void {
    // A part of a string would keep the whole of it in memory.
    const copied = (text: string) => Buffer.from(text, 'latin1').toString('latin1')
    const text = copied(this.#text.slice(start, this.position))
    const sql = copied(command.sql)
    this.#known?.add({ text, offset: text.length - sql.length, command: { ...command, sql } })
  }

  /** An INSERT that is seen at a glance to be one; others are read token by token. */
  #plainInsert(): PlainInsert | undefined {
    if (!this.#mayScan) return undefined
    const text = this.#text
    const offset = skipLineFeeds(text, this.position)
    this.#plainHead.lastIndex = offset
    const [head, name] = this.#plainHead.exec(text) ?? []
    if (head === undefined || name === undefined) return undefined
    const kind = name.startsWith('"') ? 'identifier' : 'word'
    const table = unquotedName({ kind, text: name, offset: 0 })
    const values = this.#readsValues ? new RowValues(this.#isAscii) : undefined
    const found = isSchemaTable(table) ? undefined : scanRows(text, offset + head.length, values)
    if (found === undefined) return undefined
    this.position = found.next
    const { start, end, count } = found
    return { insert: { table, head, rows: text.slice(start, end), count }, offset, values }
  }

  /** An INSERT that ends at `position`, and those after it that begin with the same characters. */
  *#inserts(
    insert: InsertStatement,
    offset: number,
    firstValues?: RowValues,
  ): Generator<PlacedCommand> {
    const { table, head } = insert
    // With what is between two statements, which mostly is a line feed.
    let rows = [insert.rows]
    let bytes = insert.rows.length
    let count = insert.count
    let values = firstValues
    let first = this.#lineOf(offset)
    const batch = (): PlacedCommand => {
      const insert =
        values?.isKnown === true
          ? { table, head, rows: '', count, values: values.values }
          : { table, head, rows: rows.join(','), count }
      return { kind: 'insert', line: first, insert }
    }
    const text = this.#text
    const mayScan = this.#mayScan && text.startsWith(head, offset)
    while (mayScan) {
      const start = skipLineFeeds(text, this.position)
      if (!text.startsWith(head, start)) break
      const known = values?.values.length ?? 0
      const found = scanRows(text, start + head.length, values)
      if (found === undefined) {
        values?.cut(known)
        break
      }
      if (bytes + found.end - start > BATCH_BYTES || count + found.count > BATCH_ROWS) {
        const next = values?.splitAt(known)
        yield batch()
        values = next
        rows = []
        bytes = 0
        count = 0
        first = this.#lineOf(start)
      }
      rows.push(text.slice(found.start, found.end))
      bytes += found.end - found.start
      count += found.count
      this.position = found.next
    }
    yield batch()
  }
}

interface PlainInsert {
  insert: InsertStatement
  offset: number
  values: RowValues | undefined
}

function skipLineFeeds(text: string, from: number): number {
  let at = from
  while (text.charCodeAt(at) === 0x0a || text.charCodeAt(at) === 0x0d) at += 1
  return at
}
