import type BetterSqlite3 from 'better-sqlite3'
import type { SqlValue } from './database.js'

type Handle = BetterSqlite3.Database
type Statement = BetterSqlite3.Statement<SqlValue[], unknown>

/** So many rows are inserted by one statement; more of them make no difference. */
const TOGETHER = 32
/** SQLite takes so many parameters. */
const MOST_PARAMETERS = 32_766

/** Inserts rows into one table after another, by statements that are prepared once. */
export class RowInserter {
  readonly #handle: Handle
  #head = ''
  #columns = 0
  readonly #statements = new Map<number, Statement>()

  constructor(handle: Handle) {
    this.#handle = handle
  }

  /** @param head `INSERT INTO … VALUES` */
  insert(head: string, columns: number, values: readonly SqlValue[]): void {
    if (head !== this.#head || columns !== this.#columns) {
      this.#statements.clear()
      this.#head = head
      this.#columns = columns
    }
    const most = Math.max(1, Math.min(TOGETHER, Math.floor(MOST_PARAMETERS / columns)))
    let at = 0
    for (const rows of [most, 1]) {
      const length = rows * columns
      for (; at + length <= values.length; at += length) {
        this.#statement(rows).run(values.slice(at, at + length) as never)
      }
    }
  }

  #statement(rows: number): Statement {
    const known = this.#statements.get(rows)
    if (known !== undefined) return known
    const row = `(${Array(this.#columns).fill('?').join()})`
    const sql = `${this.#head} ${Array(rows).fill(row).join()}`
    const statement = this.#handle.prepare<SqlValue[], unknown>(sql)
    this.#statements.set(rows, statement)
    return statement
  }
}
