import type { Client, InStatement, ResultSet } from '@libsql/client'
import { LibsqlDialect } from '@libsql/kysely-libsql'
import { Kysely } from 'kysely'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import type { SqlValue } from '../database.js'
import { type AnyKysely, savepoints } from '../kysely-on-transaction.js'
import { fromHrana, type HranaResult, type HranaStatement, toHrana } from './hrana.js'

/** Runs one statement on the server. */
export type RunHrana = (statement: HranaStatement) => Promise<HranaResult>

/**
 * Kysely on a server's database. In a transaction, Kysely's own transactions become savepoints;
 * outside they are refused, because each statement is a connection of its own there.
 */
export function remoteKysely(run: RunHrana, { nested }: { nested: boolean }): AnyKysely {
  const execute = async (statement: InStatement): Promise<ResultSet> => {
    const { sql, args } = typeof statement === 'string' ? { sql: statement, args: [] } : statement
    const values = Array.isArray(args) ? args.map(value => toHrana(bindable(value))) : []
    return resultSet(await run({ sql, args: values }))
  }
  const marks = savepoints(execute)
  const transaction = async () => {
    if (!nested) throw noTransaction()
    await marks.begin()
    return { execute, commit: marks.commit, rollback: marks.rollback }
  }
  const client = { execute, transaction } as unknown as Client
  return new Kysely({ dialect: new LibsqlDialect({ client }) })
}

/** As better-sqlite3 binds it, so that a module does the same on every database. */
function bindable(value: unknown): SqlValue {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value)
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (value === undefined) return null
  const isPlain = ['number', 'bigint', 'string'].includes(typeof value)
  if (value === null || isPlain || value instanceof Uint8Array) return value as SqlValue
  throw new DbfleetError('sql', `a value of the type ${typeof value} cannot be bound`, {
    hint: 'Bind numbers, bigints, texts, Uint8Arrays and null.',
  })
}

function resultSet({ cols, rows, affected_row_count, last_insert_rowid }: HranaResult): ResultSet {
  const columns = cols.map(({ name }) => name ?? '')
  return {
    columns,
    rows: rows.map(row =>
      Object.fromEntries(row.map((value, i) => [columns[i] ?? '', fromHrana(value)])),
    ),
    rowsAffected: affected_row_count,
    lastInsertRowid: last_insert_rowid === null ? undefined : BigInt(last_insert_rowid),
  } as unknown as ResultSet
}

function noTransaction(): DbfleetError {
  return new DbfleetError('sql', 'this migration runs outside a transaction, also on a server', {
    hint: 'Leave out `transaction=false` in its header.',
  })
}
