import { isUtf8 } from 'node:buffer'
import type { Row, Snapshot, SqlValue } from '../database/database.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { realExpression } from './real-literal.js'
import { keyOf, type Place, type RowOrder } from './row-order.js'
import type { Encoding } from './text-literal.js'
import {
  LONG_ROW,
  readableValue,
  UNWRITTEN,
  valueExpression,
  valueLiteral,
} from './value-literal.js'

/** A column whose values are written. */
export interface RowColumn {
  /** As SQL, for reading: `t."a"`. */
  sql: string
  /** Whether it may hold -0.0. */
  signedZero: boolean
  /** True for the rowid: an integer in every row. */
  isRowid?: boolean
}

/** What is needed to read all rows of a table. */
export interface RowSource {
  /** The table's name, for errors. */
  table: string
  /** Behind FROM; the table has the alias `t`. */
  from: string
  columns: readonly RowColumn[]
  order: RowOrder
  /** The beginning of each statement, up to and with `VALUES`. */
  insert: string
}

/**
 * One statement holds so many rows. It is the same for every state of a table, so that equal
 * databases give equal bytes.
 */
export const PAGE = 256
/** Values are read in parts of this size when a row is larger than is good for memory. */
const PART = 2 << 20
/** What is read at one time, in bytes as stored. */
const BATCH = 2 * PART
/** SQLite takes statements below 1,000,000,000 bytes. */
const LONGEST_ROW = 999_000_000
/** From so many columns on, an expression over all of them is too deep for SQLite. */
const WIDE = 200

/**
 * All rows of a table as INSERT statements, in the table's order; at the end, how many they were.
 *
 * A page is written by SQLite itself, which is twice as fast as fetching its values. Where that
 * cannot be right it is written value by value; both give the same text.
 */
export async function* tableRows(
  snapshot: Snapshot,
  source: RowSource,
  encoding: Encoding,
): AsyncGenerator<Uint8Array, number> {
  const begin = Buffer.from(`${source.insert}\n`)
  const reader = new PageReader(snapshot, source, encoding)
  let place: Place | undefined
  let rows = 0
  let fast = encoding === 'UTF-8' && source.columns.length <= WIDE
  const mayBeFast = fast
  for (;;) {
    const page = fast ? await reader.rendered(place) : undefined
    if (page !== undefined) {
      if (page.text !== undefined) {
        yield begin
        yield page.text
        yield END
      }
      rows += page.rows
      if (page.next === undefined) return rows
      place = page.next
      continue
    }
    const plan = await reader.measured(place)
    yield* reader.values(place, plan.sizes)
    rows += plan.sizes.length
    if (plan.next === undefined) return rows
    place = plan.next
    // Long rows mostly stand among others.
    fast = mayBeFast && plan.sizes.every(size => size < LONG_ROW / 2)
  }
}

/** Behind the rows of a statement. */
const END = Buffer.from(';\n')

/** A page as SQLite wrote it; without rows there is no text. */
interface RenderedPage {
  rows: number
  text?: Uint8Array
  next: Place | undefined
}

/** A whole row as SQL text. */
function rowExpression({ columns }: RowSource, real: (column: RowColumn) => string): string {
  const values = columns.map(column =>
    column.isRowid === true ? column.sql : valueExpression(column.sql, real(column)),
  )
  return `'(' || ${values.join(" || ',' || ")} || ')'`
}

class PageReader {
  readonly #snapshot: Snapshot
  readonly #source: RowSource
  readonly #encoding: Encoding
  /** One expression for a whole row; made once, since it is long. */
  #row: string
  /** Whether `#row` writes reals, too. To SQLite that is a long text, which few tables need. */
  #writesReals = false

  constructor(snapshot: Snapshot, source: RowSource, encoding: Encoding) {
    this.#snapshot = snapshot
    this.#source = source
    this.#encoding = encoding
    this.#row = rowExpression(source, () => 'NULL')
  }

  /** A page as SQLite writes it; `undefined` where that may not be faithful. */
  async rendered(after: Place | undefined): Promise<RenderedPage | undefined> {
    const page = await this.#renderedOnce(after)
    if (page !== undefined || this.#writesReals) return page
    const plain = this.#row
    this.#row = rowExpression(this.#source, ({ sql, signedZero }) =>
      realExpression(sql, { signedZero }),
    )
    const withReals = await this.#renderedOnce(after)
    if (withReals === undefined) this.#row = plain
    else this.#writesReals = true
    return withReals
  }

  async #renderedOnce(after: Place | undefined): Promise<RenderedPage | undefined> {
    const { order } = this.#source
    // A key of one column grows from row to row, so that its largest is the last.
    const isSimple = order.key.length === 1
    const inner = this.#select([`${this.#row} AS v`, ...(isSimple ? order.key : [])], after, PAGE)
    const short = `CASE WHEN octet_length(v) <= ${LONG_ROW} THEN v ELSE ${UNWRITTEN} END`
    const sql = `SELECT count(*) AS rows, CAST(group_concat(${short}, ',\n') AS BLOB) AS text${isSimple ? ', max(k0) AS k0' : ''} FROM (${inner.sql})`
    const [page] = await this.#snapshot.query(sql, inner.args)
    const rows = Number(page?.rows)
    if (page === undefined || rows === 0) return { rows: 0, next: undefined }
    const text = page.text as Uint8Array
    if (!isFaithfulText(text)) return undefined
    if (rows < PAGE) return { rows, text, next: undefined }
    const count = (after?.count ?? 0) + rows
    return isSimple
      ? { rows, text, next: { key: [page.k0 as SqlValue], count } }
      : { rows, text, next: await this.#placeBehind(after, PAGE) }
  }

  /** How many bytes each row of the next page has, as stored. */
  async measured(after: Place | undefined): Promise<{ sizes: number[]; next: Place | undefined }> {
    const { columns, order } = this.#source
    const sizes = inGroups(
      columns,
      ({ sql }) =>
        `coalesce(CASE WHEN typeof(${sql}) IN ('text', 'blob') THEN octet_length(${sql}) END, 8)`,
    ).map((group, i) => `${group.join(' + ')} AS s${i}`)
    const { sql, args } = this.#select([...order.key, ...sizes], after, PAGE)
    const rows = await this.#snapshot.query(sql, args)
    const last = rows.at(-1)
    return {
      sizes: rows.map(row => sizes.reduce((sum, _, i) => sum + Number(row[`s${i}`]), 0)),
      next:
        last === undefined || rows.length < PAGE
          ? undefined
          : { key: keyOf(order, last), count: (after?.count ?? 0) + rows.length },
    }
  }

  /** The rows of one page, written value by value. */
  async *values(after: Place | undefined, sizes: readonly number[]): AsyncGenerator<Buffer> {
    const gathered = new Gathered(this.#source.insert)
    let place = after
    for (let start = 0; start < sizes.length; ) {
      if ((sizes[start] ?? 0) > BATCH) {
        yield* gathered.flush()
        yield* this.#longRow(place)
        place = await this.#placeBehind(place, 1)
        start += 1
        continue
      }
      let end = start
      let size = 0
      while (end < sizes.length && (end === start || size + (sizes[end] ?? 0) <= BATCH)) {
        size += sizes[end] ?? 0
        end += 1
      }
      const rows = await this.#typedRows(place, end - start)
      for (const row of rows) yield* gathered.add(this.#render(row))
      const last = rows.at(-1)
      if (last === undefined) break
      place = { key: keyOf(this.#source.order, last), count: (place?.count ?? 0) + rows.length }
      start = end
    }
    yield* gathered.flush()
  }

  #select(
    expressions: readonly string[],
    after: Place | undefined,
    limit: number,
  ): { sql: string; args: SqlValue[] } {
    const { sql, args } = this.#source.order.next(after, limit)
    return { sql: `SELECT ${expressions.join(', ')} FROM ${this.#source.from} ${sql}`, args }
  }

  async #placeBehind(after: Place | undefined, rows: number): Promise<Place> {
    const { order } = this.#source
    const { sql, args } = this.#select(order.key, after, rows)
    const last = (await this.#snapshot.query(sql, args)).at(-1) as Row
    return { key: keyOf(order, last), count: (after?.count ?? 0) + rows }
  }

  #typedRows(after: Place | undefined, limit: number): Promise<Row[]> {
    const { columns, order } = this.#source
    const flags = inGroups(columns, ({ sql }) => `substr(typeof(${sql}), 1, 1)`).map(
      (group, i) => `${group.join(' || ')} AS f${i}`,
    )
    const values = columns.map(({ sql }, i) => `${readableValue(sql)} AS v${i}`)
    const { sql, args } = this.#select([...order.key, ...flags, ...values], after, limit)
    return this.#snapshot.query(sql, args)
  }

  #render(row: Row): string {
    const values = this.#source.columns.map((_, i) => {
      const isText = String(row[`f${Math.floor(i / GROUP)}`])[i % GROUP] === 't'
      return valueLiteral(row[`v${i}`] as SqlValue, isText, this.#encoding)
    })
    return `(${values.join(',')})`
  }

  /** One row that is too large for memory as a whole: its texts and blobs come in parts. */
  async *#longRow(after: Place | undefined): AsyncGenerator<Buffer> {
    const { columns, insert, table } = this.#source
    yield Buffer.from(`${insert}\n(`)
    let written = 0
    for (const [i, { sql: column }] of columns.entries()) {
      const head = this.#select(
        [
          `substr(typeof(${column}), 1, 1) AS f0`,
          `octet_length(CASE WHEN typeof(${column}) IN ('text', 'blob') THEN ${column} END) AS size`,
          `CASE WHEN octet_length(${column}) <= ${PART} OR typeof(${column}) NOT IN ('text', 'blob') THEN ${readableValue(column)} END AS v0`,
        ],
        after,
        1,
      )
      const [row] = await this.#snapshot.query(head.sql, head.args)
      if (row === undefined) return
      if (i > 0) yield Buffer.from(',')
      const size = Number(row.size ?? 0)
      const isText = row.f0 === 't'
      written += 2 * size
      if (written > LONGEST_ROW) throw tooLong(table)
      if (size <= PART) {
        const text = valueLiteral(row.v0 as SqlValue, isText, this.#encoding)
        yield Buffer.from(text, 'latin1')
        continue
      }
      yield Buffer.from(isText ? "CAST(X'" : "X'")
      const bytes = isText ? `CAST(${column} AS BLOB)` : column
      for (let start = 1; start <= size; start += PART) {
        const part = this.#select([`substr(${bytes}, ${start}, ${PART}) AS p`], after, 1)
        const [piece] = await this.#snapshot.query(part.sql, part.args)
        yield Buffer.from(valueLiteral(piece?.p ?? null, false, this.#encoding).slice(2, -1))
      }
      yield Buffer.from(isText ? "' AS TEXT)" : "'")
    }
    yield Buffer.from(');\n')
  }
}

/** Rows on their way into statements. */
class Gathered {
  readonly #insert: string
  #rows: string[] = []

  constructor(insert: string) {
    this.#insert = insert
  }

  *add(row: string): Generator<Buffer> {
    if (row.length <= LONG_ROW) {
      this.#rows.push(row)
      return
    }
    yield* this.flush()
    this.#rows.push(row)
    yield* this.flush()
  }

  *flush(): Generator<Buffer> {
    if (this.#rows.length === 0) return
    yield Buffer.from(`${this.#insert}\n`)
    yield Buffer.from(this.#rows.join(',\n'), 'latin1')
    yield END
    this.#rows = []
  }
}

const GROUP = 100

/** Columns in groups, since an expression over all of them may be too deep for SQLite. */
function inGroups<T>(columns: readonly T[], expression: (column: T) => string): string[][] {
  const groups: string[][] = []
  for (let start = 0; start < columns.length; start += GROUP) {
    groups.push(columns.slice(start, start + GROUP).map(expression))
  }
  return groups
}

/**
 * False for what stands in no literal, or is lost when the shell reads it: NUL, a carriage return
 * before a line feed, what is no UTF-8.
 */
function isFaithfulText(text: Uint8Array): boolean {
  const buffer = Buffer.from(text.buffer, text.byteOffset, text.byteLength)
  return !buffer.includes(0) && !buffer.includes('\r\n') && isUtf8(buffer)
}

function tooLong(table: string): DbfleetError {
  return new DbfleetError(
    'not-carried',
    `a row of ${table} is larger than one SQL statement can be (1,000,000,000 bytes)`,
    { hint: 'SQL text cannot hold it; a copy of the file can (`VACUUM INTO`).' },
  )
}
