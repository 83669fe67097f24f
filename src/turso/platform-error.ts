import { describeSecret } from '../config/secret.js'
import { remoteError } from '../database/remote/remote-error.js'
import { RemoteFault } from '../database/remote/remote-fault.js'
import { messageIn } from '../database/remote/server-message.js'
import { readTokenFacts } from '../database/remote/token-facts.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import type { TursoAccount } from './turso-account.js'

/**
 * Puts what the Platform API answers in dbfleet's words
 * (https://docs.turso.tech/api-reference/response-codes).
 *
 * @param purpose what was asked for: `list the databases of acme`
 * @param token what it was asked with; never quoted
 */
export function platformError(
  error: unknown,
  account: TursoAccount,
  { purpose, token }: { purpose: string; token: string },
): DbfleetError {
  if (!(error instanceof RemoteFault) || error.status === undefined)
    return elsewhere(error, account)
  const said = messageIn(error.message)
  const make = (code: string, message: string, hint: string) =>
    new DbfleetError(code, message, { hint, cause: error })
  const named = `the API token from ${describeSecret(account.apiToken)}`
  const expiry = readTokenFacts(token)?.expiredAt?.toISOString()
  switch (error.status) {
    case 401:
      return make(
        'auth',
        expiry === undefined ? `Turso refuses ${named}: ${said}` : `${named} expired on ${expiry}`,
        'It may have expired, or be the token of a database. `turso auth api-tokens mint <name> --org <organization>` makes one.',
      )
    case 402:
      return make(
        'payment-required',
        `Turso does not ${purpose} under the plan of ${account.organization}: ${said}`,
        'Look at the subscription and its limits: `turso plan show`.',
      )
    case 403:
      return make(
        'auth',
        `${named} may not ${purpose}: ${said}`,
        'See that `organization` is right, and that the token has the scope for it (https://docs.turso.tech/api-reference/authentication).',
      )
    case 404:
      return make(
        'missing',
        `Turso cannot ${purpose}: ${said}`,
        'See that `organization` and `group` are right; `dbfleet list` shows the fleet.',
      )
    case 429:
    case 502:
    case 503:
    case 504:
      return elsewhere(error, account)
  }
  // Documented is 409, met is 400 too: https://github.com/tursodatabase/turso-api-client-ts/issues/16
  if (error.status === 409 || /already exists/i.test(said)) {
    return make(
      'exists',
      `Turso cannot ${purpose}: ${said}`,
      'Nothing was changed. Names are unique in an organization, whatever their group. `dbfleet up --db <name>` migrates a database that exists.',
    )
  }
  if (error.status >= 500) {
    return make('server-error', `Turso cannot ${purpose} now (${error.status}): ${said}`, AGAIN)
  }
  return make('refused', `Turso refuses to ${purpose} (${error.status}): ${said}`, CORRECT)
}

const AGAIN = 'Try again later.'
const CORRECT = 'Correct what it says, and run the same command again.'

function elsewhere(error: unknown, { apiUrl }: TursoAccount): DbfleetError {
  return remoteError(error, { url: apiUrl, timeoutMs: 0 })
}
