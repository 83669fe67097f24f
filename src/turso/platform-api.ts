import { describeSecret, resolveSecret } from '../config/secret.js'
import type { Connections } from '../database/remote/connections.js'
import { RemoteFault } from '../database/remote/remote-fault.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { platformError } from './platform-error.js'
import type { TursoAccount } from './turso-account.js'

/** What a client of the Platform API needs of a run. */
export interface PlatformServices {
  /** Where relative paths of secrets start from, and their commands run. */
  root: string
  connections: Connections
  /** How long one request may take. */
  requestTimeoutMs: number
}

export interface PlatformRequest {
  method: 'GET' | 'POST' | 'DELETE'
  /** What follows the organization in the URL, a segment each. */
  path: readonly string[]
  query?: Record<string, string>
  body?: unknown
  /** True when the API may do it twice without harm. */
  repeatable: boolean
  /** What it is for, for errors: `list the databases of acme`. */
  purpose: string
}

/** A token is sent in a header, which takes no others. */
const PRINTABLE = /^[\x21-\x7e]+$/

/** Requests to Turso's Platform API for one organization: https://docs.turso.tech/api-reference */
export class PlatformApi {
  readonly account: TursoAccount
  readonly #services: PlatformServices
  #token: Promise<string> | undefined

  constructor(account: TursoAccount, services: PlatformServices) {
    this.account = account
    this.#services = services
  }

  /**
   * @param read takes what is wanted from the object that the API answers with; throws `RemoteFault`
   *   where that is not in it
   * @throws DbfleetError whose cause is a `RemoteFault`; UsageError where there is no token
   */
  async send<T>(
    { method, path, query = {}, body, repeatable, purpose }: PlatformRequest,
    read: (answer: Record<string, unknown>) => T,
  ): Promise<T> {
    const { apiUrl, organization } = this.account
    const { connections, requestTimeoutMs: timeoutMs } = this.#services
    const segments = ['v1', 'organizations', organization, ...path].map(encodeURIComponent)
    const search = new URLSearchParams(query).toString()
    const url = `${apiUrl}/${segments.join('/')}${search === '' ? '' : `?${search}`}`
    const token = await this.#authorization()
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    }
    try {
      const reply = await connections.send(
        { url, method, headers, timeoutMs, ...(body !== undefined && json(body)) },
        { repeatable, ordinary: true },
      )
      return read(objectIn(reply.body, apiUrl))
    } catch (error) {
      // A program that runs for long may be given another token.
      if (error instanceof RemoteFault && error.status === 401) this.#token = undefined
      throw platformError(error, this.account, { purpose, token })
    }
  }

  async #authorization(): Promise<string> {
    this.#token ??= this.#fetchToken()
    try {
      return await this.#token
    } catch (error) {
      this.#token = undefined
      throw error
    }
  }

  async #fetchToken(): Promise<string> {
    const { apiToken, organization } = this.account
    const what = `the API token of the organization ${organization}`
    const token = await resolveSecret(apiToken, what, { cwd: this.#services.root })
    if (PRINTABLE.test(token)) return token
    throw new DbfleetError('auth', `${what}, from ${describeSecret(apiToken)}, is not a token`, {
      hint: 'It has spaces, line breaks or other signs inside. `turso auth api-tokens mint <name>` makes one.',
    })
  }
}

function json(body: unknown): { body: string } {
  return { body: JSON.stringify(body) }
}

/** The parser's own error is not passed on: it quotes the text, which may hold a new token. */
function objectIn(text: string, apiUrl: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (isRecord(value)) return value
  } catch {
    // Said below.
  }
  throw new RemoteFault('protocol', `${apiUrl} does not answer as the Platform API of Turso does`)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
