import type { DbfleetError } from '../errors/dbfleet-error.js'
import type { AnyKysely } from './kysely-on-transaction.js'
import type { RemoteEndpoint } from './remote/endpoint.js'
import type { StatementError } from './statement-error.js'

/** Which engine holds a connection; `remote` is that of a server. */
export type EngineName = 'better-sqlite3' | 'libsql' | 'remote'

/** A value as SQLite stores it. Integers are always `bigint`, so they are exact beyond 2^53. */
export type SqlValue = null | bigint | number | string | Uint8Array

/** One result row; keys are column names. */
export type Row = Record<string, SqlValue>

/** Some rows of a result, in its order. */
export interface RowPage {
  /** Names of the columns; two may be the same. */
  columns: string[]
  /** One value a column. */
  rows: SqlValue[][]
}

/** All that is needed to open one database. Holds secrets: never print or serialise it. */
export type DatabaseTarget = FileTarget | RemoteTarget

/** A database in a file. */
export interface FileTarget {
  /** The database's name in the fleet. */
  name: string
  /** Absolute path of the file. */
  path: string
  /** Set when the file is encrypted; such a file is opened by libSQL's engine. */
  encryptionKey?: string
}

/** A database on a server. */
export interface RemoteTarget {
  /** The database's name in the fleet. */
  name: string
  endpoint: RemoteEndpoint
  /**
   * Gives the token that opens it, where tokens live for less long than a run; asked each time that
   * it is opened. A function does not travel between threads, so it is there in the main one only.
   */
  freshToken?: () => Promise<string>
  /** Its embedded replica, if it has one. */
  replica?: FileTarget
}

export interface OpenOptions {
  /**
   * `inspect` changes no byte; `read` changes none either, except that it rolls back what a killed
   * writer left half done; `write` needs an existing file; `create` makes a missing one.
   */
  mode: 'inspect' | 'read' | 'write' | 'create'
  /** How long to wait for another writer, in milliseconds. */
  busyTimeoutMs: number
  /**
   * For a database that is being restored. `rows`: what violates a foreign key now did so where it
   * comes from, and is not refused. For a file that is nobody's yet, `schema`: `PRAGMA writable_schema` works, too.
   */
  restoring?: 'rows' | 'schema'
}

/** How a transaction treats foreign keys; both check for new violations before the commit. */
export interface TransactionOptions {
  /**
   * `off` lets a table be rebuilt without its children being deleted; `on` makes
   * `ON DELETE CASCADE` and its like act.
   */
  foreignKeys: 'off' | 'on'
}

/** One statement of a batch. */
export interface BatchStatement {
  sql: string
  args?: readonly SqlValue[]
}

export interface BatchOptions extends TransactionOptions {
  /**
   * True when one of the statements fails once the batch has been done, so that it can be sent again
   * when it is unknown whether it was.
   */
  repeatable: boolean
}

/** Where statements run: on the connection itself, or inside a transaction. */
export interface SqlRunner {
  /** Runs one statement and returns its rows. */
  query(sql: string, args?: readonly SqlValue[]): Promise<Row[]>
  /** Runs one statement for its effect. */
  run(sql: string, args?: readonly SqlValue[]): Promise<void>
}

/** An open write transaction. Ends with `commit` or `rollback`, whichever comes first. */
export interface Transaction extends SqlRunner {
  /**
   * Where statements cost a round trip each: runs several, in one. Absent elsewhere.
   *
   * @throws StatementError which one failed; those after it were not run
   */
  runAll?(statements: readonly BatchStatement[]): Promise<void>
  /**
   * Inserts rows without their being parsed. Absent where values go slower than text.
   *
   * @param head `INSERT INTO … VALUES`
   * @param columns of each row
   */
  insertRows?(head: string, columns: number, values: readonly SqlValue[]): Promise<void>
  /**
   * Puts other definitions into the schema, of tables whose rows are stored as these say, too. Absent
   * where an engine does not let it be written.
   *
   * @param tables definitions as they stand in `sqlite_schema`, by their names
   */
  redefineTables?(tables: ReadonlyMap<string, string>): Promise<void>
  /** A Kysely instance whose queries run in this transaction; nested transactions are savepoints. */
  kysely(): Promise<AnyKysely>
  /** What is seen inside it, until it ends. Absent where that costs as much as a commit. */
  snapshot?(): Snapshot
  /** @throws DbfleetError `foreign-key` when a foreign key would be violated; nothing is kept then. */
  commit(): Promise<void>
  /** Harmless when the transaction has ended already. */
  rollback(): Promise<void>
}

/**
 * One state of the database, whatever others write meanwhile. A table of any size is read in pages:
 * queries with a key and a limit, so that no result has to fit into memory or into one response.
 */
export interface Snapshot extends AsyncDisposable {
  /** Runs one reading statement and returns its rows. The same text again is cheap. */
  query(sql: string, args?: readonly SqlValue[]): Promise<Row[]>
  /** Values of PRAGMAs that give one each, by their names; in one round trip where those cost. */
  pragmas(names: readonly string[]): Promise<Row>
  /**
   * The rows of one reading statement, with texts as strings, in which U+FFFD stands for what is no
   * UTF-8. Absent where a driver does worse to such a text.
   */
  textRows?(sql: string, args?: readonly SqlValue[]): Promise<SqlValue[][]>
  /**
   * Writes the pages of this state to an empty file, whose journal mode is `delete`. Absent where an
   * engine cannot.
   */
  writeImage?(path: string): Promise<void>
}

/**
 * One connection to one database. Every method throws `DbfleetError` with a code of
 * `docs/errors.md`, whatever the engine.
 */
export interface Database extends SqlRunner, AsyncDisposable {
  readonly engine: EngineName
  /** Takes the write lock at once. */
  begin(options: TransactionOptions): Promise<Transaction>
  /**
   * The state of this moment; nothing else may run on the connection until it is disposed. In
   * rollback mode writers wait that long.
   */
  snapshot(): Promise<Snapshot>
  /**
   * Where statements cost a round trip each: runs them all as one transaction, in one request.
   * Absent elsewhere.
   *
   * @throws StatementError which statement failed; nothing was kept
   * @throws OutcomeUnknownError when no answer came: it was done as a whole, or not at all
   */
  batch?(statements: readonly BatchStatement[], options: BatchOptions): Promise<void>
  /**
   * Where a server parses SQL by rules of its own: the first statement that it does not take, found
   * without running any. Absent elsewhere.
   */
  findRefused?(statements: readonly BatchStatement[]): Promise<StatementError | undefined>
  /**
   * The rows of one statement, in pages, of which there is at least one. Whether it only reads is the
   * engine's to say, and is asked before it is run. Nothing else may run on the connection meanwhile.
   *
   * @throws DbfleetError `not-read-only`, and nothing was run; `bad-parameters`
   */
  readPages(sql: string, args?: readonly SqlValue[]): AsyncGenerator<RowPage>
  /**
   * Writes one state of the database, of this moment, to an empty file, as pages. Absent where
   * snapshots do so, and on servers.
   */
  writeImage?(path: string): Promise<void>
  /** A Kysely instance outside any transaction. */
  kysely(): Promise<AnyKysely>
  /** Puts an error that an engine threw through Kysely in dbfleet's words. */
  translate(error: unknown): DbfleetError
  close(): Promise<void>
}
