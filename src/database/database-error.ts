import { existsSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { DbfleetError } from '../errors/dbfleet-error.js'
import type { FileTarget } from './database.js'

interface Cause {
  code: string
  message: string
}

/**
 * Turns what an engine threw into a `DbfleetError`. Both engines use SQLite's result codes
 * (https://sqlite.org/rescode.html); better-sqlite3 gives the extended name, libSQL the primary one.
 *
 * @param target the database that was being used
 * @param busyTimeoutMs how long the engine waited for a lock, for the message
 */
export function databaseError(
  error: unknown,
  target: FileTarget,
  busyTimeoutMs: number,
): DbfleetError {
  if (error instanceof DbfleetError) return error
  const cause = causeOf(error)
  const make = (code: string, message: string, hint?: string) =>
    new DbfleetError(code, message, hint === undefined ? { cause: error } : { hint, cause: error })

  if (/near "rowid": syntax error/i.test(cause.message) && /malformed/i.test(cause.message)) {
    return new NeedsLibsqlError('a RANDOM ROWID table', error)
  }
  if (/unknown function: libsql_vector_idx/i.test(cause.message)) {
    return new NeedsLibsqlError('a vector index', error)
  }
  switch (primaryCode(cause.code)) {
    case 'SQLITE_BUSY':
    case 'SQLITE_LOCKED':
      return make(
        'busy',
        `locked by another connection for longer than ${seconds(busyTimeoutMs)}`,
        'Try again when the other writer is done, or wait longer with --busy-timeout.',
      )
    case 'SQLITE_READONLY':
      return make(
        'readonly',
        'the file or its directory cannot be written',
        'Give this user write permission on the file and on its directory.',
      )
    case 'SQLITE_CORRUPT':
      return make(
        'corrupt',
        `the database is damaged: ${cause.message}`,
        'Restore it from a backup; nothing was written to it.',
      )
    case 'SQLITE_NOTADB':
      return notADatabase(target, error)
    case 'SQLITE_FULL':
      return make(
        'disk-full',
        'the disk is full',
        'Free some space and run the same command again.',
      )
    case 'SQLITE_CANTOPEN':
      return cannotOpen(target, error)
    case 'SQLITE_IOERR':
      if (isDirectory(target.path)) return cannotOpen(target, error)
      return make(
        'io',
        `the file could not be read or written (${cause.code})`,
        'Look at the disk and at the system log; the transaction was rolled back.',
      )
    case 'SQLITE_CONSTRAINT':
      return make('constraint', cause.message)
    case 'SQLITE_PERM':
    case 'SQLITE_AUTH':
      return make('permission', `not allowed: ${cause.message}`)
  }
  if (cause.code === '') return make('bug', `unexpected: ${cause.message}`)
  if (isSyntaxError(cause.message)) return make('syntax', cause.message)
  return make('sql', cause.message)
}

/** Only libSQL's own engine can open or change this database. */
export class NeedsLibsqlError extends DbfleetError {
  override readonly name = 'NeedsLibsqlError'
  constructor(feature: string, cause?: unknown) {
    super('needs-libsql', `it holds ${feature}, which only libSQL's engine can open`, {
      hint: "Set `engine: 'libsql'` on its source in the configuration.",
      cause,
    })
  }
}

/** True for the messages of SQLite's tokenizer and parser, which need no schema to be wrong. */
export function isSyntaxError(message: string): boolean {
  return /: syntax error|incomplete input|unrecognized token/i.test(message)
}

/** True when a read-only connection met the journal of a killed writer, which must be rolled back. */
export function needsRecovery(error: unknown): boolean {
  return /^SQLITE_READONLY_(ROLLBACK|RECOVERY|CANTINIT)$/.test(causeOf(error).code)
}

function causeOf(error: unknown): Cause {
  if (!(error instanceof Error)) return { code: '', message: String(error) }
  const { code, rawCode } = error as { code?: unknown; rawCode?: unknown }
  const number =
    typeof rawCode === 'number'
      ? rawCode
      : Number(/^ConnectionFailed.*: (\d+)/.exec(error.message)?.[1])
  const byNumber = RESULT_CODES.get(number & 0xff)
  return {
    code: byNumber ?? (typeof code === 'string' ? code : ''),
    message: error.message.replace(/^SQLITE_[A-Z_]+: /, ''),
  }
}

/** libSQL's driver names few codes, but always carries the number. */
const RESULT_CODES = new Map([
  [3, 'SQLITE_PERM'],
  [5, 'SQLITE_BUSY'],
  [6, 'SQLITE_LOCKED'],
  [8, 'SQLITE_READONLY'],
  [10, 'SQLITE_IOERR'],
  [11, 'SQLITE_CORRUPT'],
  [13, 'SQLITE_FULL'],
  [14, 'SQLITE_CANTOPEN'],
  [19, 'SQLITE_CONSTRAINT'],
  [23, 'SQLITE_AUTH'],
  [26, 'SQLITE_NOTADB'],
])

function primaryCode(code: string): string {
  return /^SQLITE_[A-Z]+/.exec(code)?.[0] ?? ''
}

function seconds(milliseconds: number): string {
  return `${Number((milliseconds / 1000).toFixed(1))} s`
}

function notADatabase(target: FileTarget, cause: unknown): DbfleetError {
  return target.encryptionKey === undefined
    ? new DbfleetError('not-a-database', 'the file is not a SQLite database, or it is encrypted', {
        hint: 'If it is encrypted, give its source an `encryptionKey`; if it is no database, narrow the pattern.',
        cause,
      })
    : new DbfleetError(
        'not-a-database',
        'the encryption key does not open this file: the key is wrong, or the file is damaged or not encrypted',
        { hint: 'Check the key first; a wrong key and a damaged file look the same.', cause },
      )
}

/** File systems allow 255 bytes, and SQLite makes a file whose name is longer by "-journal". */
const LONGEST_NAME = 255 - '-journal'.length

function cannotOpen(target: FileTarget, cause: unknown): DbfleetError {
  const make = (code: string, message: string, hint: string) =>
    new DbfleetError(code, message, { hint, cause })
  try {
    if (!existsSync(target.path)) {
      // Node stands this character in for bytes that it cannot read, and then finds no such file.
      if (target.path.includes('\ufffd')) {
        return make('bad-name', 'its path is not UTF-8 text', 'Rename the file or its directory.')
      }
      return make(
        'missing',
        'there is no such file',
        '`dbfleet create <name>` makes a new database.',
      )
    }
    if (statSync(target.path).isDirectory()) {
      return make('not-a-database', 'the path is a directory', 'Name the database file in it.')
    }
    const bytes = Buffer.byteLength(basename(target.path))
    if (bytes > LONGEST_NAME) {
      return make(
        'bad-name',
        `its file name has ${bytes} bytes, which leaves no room for that of its journal`,
        `Rename the file to at most ${LONGEST_NAME} bytes.`,
      )
    }
  } catch {
    // What stat cannot see either is a matter of permission, said below.
  }
  return make(
    'permission',
    'the file cannot be opened',
    'Check the permissions of the file and of the directories above it.',
  )
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
