import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as the API was sent it. */
export interface ApiRequest {
  method: string
  /** What follows the organization: `/databases/alice`. */
  path: string
  query: Record<string, string>
  body: Record<string, unknown>
}

export interface ApiReply {
  status: number
  headers?: Record<string, string>
  /** JSON, or text as it is. */
  body: unknown
}

interface FakeDatabase {
  group: string
  fields: Record<string, unknown>
}

export interface FakeOptions {
  organization: string
  apiToken: string
  /** Makes and removes what stands behind a database. */
  backend: {
    create(host: string): Promise<void>
    remove(host: string): Promise<void>
    /** The host name under which users reach it. */
    hostname(host: string): string
  }
  /** Makes a token for that group or database. */
  makeToken(scope: string): string
}

/** How many databases an answer holds when it is not asked for pages. */
const CUT_OFF = 1_000

/**
 * Turso's Platform API on this machine, as far as dbfleet speaks to it, after its description:
 * https://docs.turso.tech/api-reference/databases/list, …/databases/create, …/databases/delete,
 * …/databases/create-token, …/groups/create-token, …/response-codes. Pages are not described; they
 * are as Turso's own command line uses them (https://github.com/tursodatabase/turso-cli).
 */
export class FakePlatform {
  readonly requests: ApiRequest[] = []
  readonly databases = new Map<string, FakeDatabase>()
  readonly groups = new Set(['default', 'tenants'])
  /** Answers in place of the API, where it returns something; `drop` ends the connection. */
  intercept: (request: ApiRequest, count: number) => ApiReply | 'drop' | undefined = () => undefined
  /** Called before an answer is sent, when the API has done its work. */
  afterwards: (request: ApiRequest, reply: ApiReply) => ApiReply | 'drop' = (_, reply) => reply
  readonly #options: FakeOptions
  readonly #server: Server

  constructor(options: FakeOptions) {
    this.#options = options
    this.#server = createServer(async (incoming, outgoing) => {
      const reply = await this.#answer(incoming)
      if (reply === 'drop') return void outgoing.destroy()
      const isText = typeof reply.body === 'string'
      outgoing.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers })
      outgoing.end(isText ? reply.body : JSON.stringify(reply.body))
    })
  }

  async start(): Promise<void> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening')
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Forgets what a test did, but for the databases. */
  reset(): void {
    this.requests.length = 0
    this.intercept = () => undefined
    this.afterwards = (_, reply) => reply
  }

  /** How many requests there were of that method and path. */
  count(method: string, path: RegExp): number {
    return this.requests.filter(each => each.method === method && path.test(each.path)).length
  }

  /** A database that is there without having been asked for. */
  async add(name: string, group: string, fields: Record<string, unknown> = {}): Promise<void> {
    await this.#options.backend.create(this.#host(name))
    this.databases.set(name, { group, fields })
  }

  /** One in the list only. */
  list(name: string, group: string, fields: Record<string, unknown> = {}): void {
    this.databases.set(name, { group, fields })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise(done => this.#server.close(done))
  }

  #host(name: string): string {
    return `${name}-${this.#options.organization}`
  }

  async #answer(incoming: IncomingMessage): Promise<ApiReply | 'drop'> {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const { pathname, searchParams } = new URL(incoming.url ?? '/', this.url)
    const prefix = `/v1/organizations/${this.#options.organization}`
    const text = Buffer.concat(chunks).toString()
    const request: ApiRequest = {
      method: incoming.method ?? '',
      path: pathname.startsWith(`${prefix}/`) ? pathname.slice(prefix.length) : pathname,
      query: Object.fromEntries(searchParams),
      body: text === '' ? {} : JSON.parse(text),
    }
    this.requests.push(request)
    const interception = this.intercept(request, this.requests.length)
    if (interception !== undefined) return interception
    if (incoming.headers.authorization !== `Bearer ${this.#options.apiToken}`) {
      return failure(401, 'could not authenticate: token is invalid or has expired')
    }
    if (!pathname.startsWith(`${prefix}/`)) {
      return failure(403, 'user is not a member of the organization')
    }
    return this.afterwards(request, await this.#serve(request))
  }

  async #serve({ method, path, query, body }: ApiRequest): Promise<ApiReply> {
    const [, kind = '', name = '', ...rest] = path.split('/')
    const action = `${method} ${kind}${name === '' ? '' : '/*'}${rest.map(each => `/${each}`).join('')}`
    switch (action) {
      case 'GET databases':
        return this.#page(query)
      case 'POST databases':
        return this.#create(body)
      case 'DELETE databases/*':
        return this.#remove(name)
      case 'POST databases/*/auth/tokens':
        if (!this.databases.has(name)) return noDatabase(name)
        return success({ jwt: this.#options.makeToken(name) })
      case 'POST groups/*/auth/tokens':
        if (!this.groups.has(name)) return failure(404, 'group not found')
        return success({ jwt: this.#options.makeToken(name) })
    }
    return failure(404, 'not found')
  }

  #page({ group, limit, cursor }: Record<string, string>): ApiReply {
    const all = [...this.databases.keys()]
      .filter(name => group === undefined || this.databases.get(name)?.group === group)
      .sort()
    const after = all.filter(name => cursor === undefined || name > cursor)
    const page = after.slice(0, limit === undefined ? CUT_OFF : Number(limit))
    const next = page.length < after.length ? page.at(-1) : null
    return success({
      databases: page.map(name => this.#described(name)),
      ...(limit !== undefined && { pagination: { next } }),
    })
  }

  async #create({ name, group }: Record<string, unknown>): Promise<ApiReply> {
    if (typeof name !== 'string' || !/^[a-z0-9-]{1,64}$/.test(name)) {
      return failure(400, 'invalid database name')
    }
    if (typeof group !== 'string' || !this.groups.has(group)) return failure(400, 'group not found')
    if (this.databases.has(name)) return failure(409, `database with name ${name} already exists`)
    await this.add(name, group)
    const { DbId, Hostname, Name } = this.#described(name)
    return success({ database: { DbId, Hostname, Name } })
  }

  async #remove(name: string): Promise<ApiReply> {
    if (!this.databases.delete(name)) return noDatabase(name)
    await this.#options.backend.remove(this.#host(name))
    return success({ database: name })
  }

  #described(name: string): Record<string, unknown> {
    const { group, fields } = this.databases.get(name) as FakeDatabase
    return {
      Name: name,
      DbId: `id-of-${name}`,
      Hostname: this.#options.backend.hostname(this.#host(name)),
      block_reads: false,
      block_writes: false,
      primaryRegion: 'aws-us-east-1',
      group,
      delete_protection: false,
      parent: null,
      ...fields,
    }
  }
}

/** An error as the API answers it. */
export function failure(status: number, error: string, headers = {}): ApiReply {
  return { status, headers, body: { error } }
}

export function success(body: unknown): ApiReply {
  return { status: 200, body }
}

function noDatabase(name: string): ApiReply {
  return failure(404, `could not find database with name ${name}: record not found`)
}
