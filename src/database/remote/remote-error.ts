import { DbfleetError } from '../../errors/dbfleet-error.js'
import { isSyntaxError } from '../database-error.js'
import { OutcomeUnknownError } from '../outcome-unknown-error.js'
import { type RemoteEndpoint, tokenName } from './endpoint.js'
import type { HranaError } from './hrana.js'
import { StreamError } from './hrana-stream.js'
import { RemoteFault } from './remote-fault.js'
import { messageIn } from './server-message.js'
import { readTokenFacts } from './token-facts.js'

/** Puts what went wrong with a request in dbfleet's words; never quotes the token. */
export function remoteError(error: unknown, endpoint: RemoteEndpoint): DbfleetError {
  if (error instanceof DbfleetError) return error
  if (error instanceof StreamError) return statementError(error, error)
  if (error instanceof RemoteFault) return faultError(error, endpoint)
  return new DbfleetError(
    'bug',
    `unexpected: ${error instanceof Error ? error.message : String(error)}`,
    { cause: error },
  )
}

/**
 * Puts what the server says of one statement in dbfleet's words. It names few of SQLite's result
 * codes, and says the rest in the message.
 */
export function statementError({ message, code }: HranaError, cause?: unknown): DbfleetError {
  const said = message.replace(/^(?:SQLite (?:input )?error|SQLITE_[A-Z_]+): /, '')
  const make = (name: string, text: string, hint?: string) =>
    new DbfleetError(name, text, { cause, ...(hint !== undefined && { hint }) })
  if (/^SQLITE_(?:BUSY|LOCKED)/.test(code ?? '') || /database (?:table )?is locked/.test(said)) {
    return make(
      'busy',
      'another connection is writing to it',
      'Try again when the other writer is done, or wait longer with --busy-timeout.',
    )
  }
  if (/^SQLITE_CONSTRAINT/.test(code ?? '')) return make('constraint', said)
  switch (code) {
    case 'SQL_PARSE_ERROR':
      return parseError(said, cause)
    case 'SQLITE_FULL':
      return make('disk-full', "the server's disk is full", 'Free some space there.')
    case 'SQLITE_CORRUPT':
    case 'SQLITE_NOTADB':
      return make('corrupt', `the database is damaged: ${said}`, 'Restore it from a backup.')
    case 'SQLITE_TOOBIG':
    case 'ARGS_INVALID':
      return make('too-large', said, 'sqld takes 5,000,000 bytes in one value or statement.')
    case 'RESPONSE_TOO_LARGE':
      return make('too-large', said, 'sqld sends at most 10 MB in one answer; ask for fewer rows.')
    case 'BLOCKED':
      return make(
        'blocked',
        said,
        'Its administrator blocked it, in the configuration of the namespace.',
      )
    case 'TRANSACTION_TIMEOUT':
    case 'TRANSACTION_BUSY':
    case 'STREAM_EXPIRED':
      return transactionTimeout(cause)
  }
  if (/transaction timed ?-?out/i.test(said)) return transactionTimeout(cause)
  if (/invalid baton|stream not found/i.test(said)) {
    return make(
      'connection-lost',
      'the server does not know the connection any more; it was restarted, perhaps',
      'What was not committed is rolled back. Run the same command again.',
    )
  }
  return isSyntaxError(said) ? make('syntax', said) : make('sql', said)
}

function parseError(said: string, cause: unknown): DbfleetError {
  const text = said.replace(/^SQL string could not be parsed: /, '')
  const unsupported = /^unsupported statement:? ?/.exec(text)
  if (unsupported === null) return new DbfleetError('syntax', text, { cause })
  return new DbfleetError(
    'unsupported-sql',
    `the server does not allow this statement: ${text.slice(unsupported[0].length)}`,
    { hint: 'docs/self-hosting.md lists what sqld refuses.', cause },
  )
}

function transactionTimeout(cause: unknown): DbfleetError {
  return new DbfleetError(
    'transaction-timeout',
    'the server ended the transaction: it lasted longer than 5 s while another writer waited, or was idle for 10 s',
    {
      hint: 'Nothing of it was kept. Run it when nobody else writes, or make the migration smaller; SQL, which is sent as one request, takes less time than a module.',
      cause,
    },
  )
}

function unreachableHint({ message }: RemoteFault): string {
  return /EPROTO|wrong version number/i.test(message)
    ? 'That port seems to speak plain HTTP: write http: in place of https:, or ?tls=0 behind a libsql: URL.'
    : 'See that the server runs and that the URL is right.'
}

function faultError(fault: RemoteFault, endpoint: RemoteEndpoint): DbfleetError {
  const where = new URL(endpoint.url).host
  const make = (name: string, text: string, hint: string) =>
    new DbfleetError(name, text, { hint, cause: fault })
  switch (fault.kind) {
    case 'unreachable':
      return make(
        'unreachable',
        `${where} cannot be reached: ${fault.message}`,
        endpoint.advice?.away ?? unreachableHint(fault),
      )
    case 'lost':
      return new OutcomeUnknownError('unreachable', `${where}: ${fault.message}`, {
        hint: 'Run the same command again: what was committed is not done twice.',
        cause: fault,
      })
    case 'timeout':
      return new OutcomeUnknownError('timeout', `${where}: ${fault.message}`, {
        hint: 'The server may still be at it; `dbfleet status` shows where the database stands. `requestTimeout` in the configuration allows more.',
        cause: fault,
      })
    case 'protocol':
      return make('not-a-server', fault.message, 'See that the URL is that of sqld, or of Turso.')
    case 'status':
      return statusError(fault, endpoint, where)
  }
}

function statusError(fault: RemoteFault, endpoint: RemoteEndpoint, where: string): DbfleetError {
  const said = messageIn(fault.message)
  const make = (name: string, text: string, hint: string) =>
    new DbfleetError(name, text, { hint, cause: fault })
  switch (fault.status) {
    case 401:
      return make('auth', refusedToken(endpoint, said), hintFor(endpoint))
    case 403:
      return make('auth', forbidden(endpoint, said), 'Give a token that may do this.')
    case 404:
      return notFound(endpoint, said, fault)
    case 429:
    case 503: {
      const hint = 'Try again later, or with fewer databases at once: --jobs 4.'
      const text = `${where} is too busy (${fault.status}): ${said}`
      return fault.outcomeUnknown
        ? new OutcomeUnknownError('unreachable', text, { hint, cause: fault })
        : make('unreachable', text, hint)
    }
    default:
      if (fault.outcomeUnknown) {
        return new OutcomeUnknownError('unreachable', `${where} answers ${fault.status}: ${said}`, {
          hint: 'Run the same command again: what was committed is not done twice.',
          cause: fault,
        })
      }
      return make(
        'server-error',
        `${where} answers ${fault.status}: ${said}`,
        endpoint.advice?.away ?? "Look at the server's log.",
      )
  }
}

function refusedToken(endpoint: RemoteEndpoint, said: string): string {
  if (endpoint.authToken === undefined) return 'the server asks for a token, and there is none'
  const facts = readTokenFacts(endpoint.authToken)
  const name = tokenName(endpoint)
  if (facts === undefined) return `${name} is not a JWT`
  if (facts.expiredAt !== undefined) return `${name} expired on ${facts.expiredAt.toISOString()}`
  if (/invalid/i.test(said)) return `${name} was not signed with a key that the server knows`
  return `the server refuses ${name}: ${said}`
}

function hintFor({ authToken, advice }: RemoteEndpoint): string {
  if (authToken !== undefined && advice?.token !== undefined) return advice.token
  return authToken === undefined
    ? 'Give it as `authToken` beside the URL in the configuration, or in DATABASE_TOKEN.'
    : '`dbfleet token create` makes a new one with the key that the server trusts.'
}

function forbidden(endpoint: RemoteEndpoint, said: string): string {
  const { namespace } = endpoint
  if (endpoint.authToken === undefined) return `the server does not allow it: ${said}`
  const writes = readTokenFacts(endpoint.authToken)?.writes
  const name = tokenName(endpoint)
  if (writes === undefined) return `${name} does not allow it: ${said}`
  return writes.length === 0
    ? `${name} may only read`
    : `${name} may only read ${namespace ?? 'it'}`
}

function notFound(endpoint: RemoteEndpoint, said: string, cause: unknown): DbfleetError {
  const { namespace, authToken } = endpoint
  const databases = authToken === undefined ? undefined : readTokenFacts(authToken)?.databases
  if (namespace !== undefined && databases !== undefined && !databases.includes(namespace)) {
    return new DbfleetError(
      'auth',
      `${tokenName(endpoint)} opens ${databases.join(', ') || 'no database'}, not ${namespace}`,
      { hint: 'Give a token that names this database, or all.', cause },
    )
  }
  return new DbfleetError('missing', `the server knows no such database: ${said}`, {
    hint:
      endpoint.advice?.away ??
      '`dbfleet create <name>` makes one. sqld also says so of some that exist when more are in use than its --max-active-namespaces.',
    cause,
  })
}
