import type { SqlValue } from '../database/database.js'
import { needsLibsql } from '../sql/needs-libsql.js'
import { badDump } from './bad-dump.js'
import type { PlacedCommand } from './dump-commands.js'

/** A statement of a dump as it stands there, a character for each byte, and the line where it begins. */
export interface PlacedSql {
  sql: string
  line: number
}

/** Values, one row after another. */
export interface RowsToInsert {
  columns: number
  values: readonly SqlValue[]
}

/** What a command wants done, and when that makes sense. */
export interface DumpAction extends PlacedSql {
  /**
   * `at first`: outside a transaction, before anything is written. `in turn`: in the order of the dump,
   * when the tables are there. `entry`: the rows of an entry of the schema, which no statement makes.
   */
  when: 'at first' | 'table' | 'in turn' | 'index' | 'trigger' | 'entry'
  /** Rows that follow `sql`, which is the beginning of an INSERT up to and with `VALUES`. */
  rows?: RowsToInsert
}

/** Follows a dump from command to command, and sees that they come in an order that makes one. */
export class DumpCourse {
  /** How many were to be inserted so far. */
  rows = 0
  /** What only libSQL loads, if there is any. */
  foreign: string | undefined
  #state: 'early' | 'open' | 'committed' = 'early'
  #wantsCommit = false
  #writable = false

  /**
   * @returns `undefined` when there is nothing to do
   * @throws DbfleetError `bad-dump` with the line
   */
  take(command: PlacedCommand): DumpAction | undefined {
    const { line } = command
    if (this.#state === 'committed') throw badDump(line, 'a statement after COMMIT')
    switch (command.kind) {
      case 'insert': {
        const { table, head, rows, values, count } = command.insert
        if (!/^sqlite_/i.test(table)) this.rows += count
        if (values !== undefined) {
          const columns = values.length / count
          return this.#opened({ when: 'in turn', sql: head, line, rows: { columns, values } })
        }
        return this.#opened({ when: 'in turn', sql: `${head} ${rows}`, line })
      }
      case 'nothing':
        return undefined
      case 'early-setting':
        if (this.#state !== 'early') throw badDump(line, 'this setting comes too late')
        return { when: 'at first', sql: command.sql, line }
      case 'begin':
        if (this.#wantsCommit) throw badDump(line, 'a second BEGIN')
        this.#wantsCommit = true
        return undefined
      case 'commit':
        if (!this.#wantsCommit) throw badDump(line, 'COMMIT without BEGIN')
        this.#state = 'committed'
        return undefined
      case 'writable-schema':
        this.#writable = command.on
        return undefined
      case 'schema-entry':
        if (!this.#writable) throw badDump(line, 'an INSERT into the schema itself')
        return { when: 'entry', sql: command.insert.rows, line }
      case 'create': {
        const { object, sql } = command
        this.foreign ??= needsLibsql(sql)
        if (object === 'index' || object === 'trigger') return { when: object, sql, line }
        return this.#opened({ when: object === 'table' ? 'table' : 'in turn', sql, line })
      }
      case 'setting':
      case 'prepare':
        return this.#opened({ when: 'in turn', sql: command.sql, line })
    }
  }

  /** @throws DbfleetError `bad-dump` when something must follow */
  finish(): void {
    if (this.#wantsCommit && this.#state !== 'committed') {
      throw badDump(undefined, 'the dump breaks off before its COMMIT')
    }
  }

  #opened(action: DumpAction): DumpAction {
    this.#state = 'open'
    return action
  }
}
