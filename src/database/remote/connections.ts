import { setMaxListeners } from 'node:events'
import type { Agents } from './agents.js'
import { RemoteFault } from './remote-fault.js'
import { type RetryOptions, withRetries } from './retry.js'

export interface RemoteRequest {
  url: string
  method?: 'GET' | 'POST' | 'DELETE'
  headers?: Record<string, string>
  body?: string
  /** How long the whole exchange may take, in milliseconds. */
  timeoutMs: number
}

export interface RemoteReply {
  status: number
  body: string
}

/** Far above what sqld sends (10 MB); another server must not fill the memory. */
const LARGEST_REPLY = 256 * 1024 * 1024

/**
 * Keep-alive connections to servers, shared by all databases of a run. Idle ones don't keep the
 * process alive.
 */
export class Connections {
  readonly #closing = new AbortController()
  /** Loaded when first needed, for most fleets are files. */
  #agents: Promise<Agents> | undefined
  /** Origins that did not answer however often they were asked. */
  readonly #down = new Set<string>()
  /** How many requests to an origin were answered 404 at first, and then done. */
  readonly #falseNotFound = new Map<string, number>()

  constructor() {
    // Every request listens to it, and Node takes more than ten for a mistake.
    setMaxListeners(0, this.#closing.signal)
  }

  /** Aborted by `close`. */
  get closing(): AbortSignal {
    return this.#closing.signal
  }

  /**
   * Sends one request and reads the whole answer; again, with pauses, where that is safe.
   *
   * @throws RemoteFault for everything but a status of 200 to 299
   */
  async send(request: RemoteRequest, options: RetryOptions): Promise<RemoteReply> {
    const { origin } = new URL(request.url)
    // The first databases of a run waited for a server that is down; the next thousand need not.
    if (this.#down.has(origin)) return this.#once(request, origin)
    let wasNotFound = false
    try {
      const reply = await withRetries({ ...options, signal: this.#closing.signal }, () =>
        this.#once(request, origin).catch(error => {
          wasNotFound ||= error instanceof RemoteFault && error.status === 404
          throw error
        }),
      )
      if (wasNotFound) this.#falseNotFound.set(origin, this.falseNotFound(origin) + 1)
      return reply
    } catch (error) {
      if (error instanceof RemoteFault && error.kind === 'unreachable') this.#down.add(origin)
      throw error
    }
  }

  /**
   * How many requests to an origin were told that there is no such database, and succeeded when
   * asked again: sqld says so when more are in use than it may keep open.
   */
  falseNotFound(origin: string): number {
    return this.#falseNotFound.get(origin) ?? 0
  }

  async #once(request: RemoteRequest, origin: string): Promise<RemoteReply> {
    const reply = await this.#exchange(request)
    this.#down.delete(origin)
    if (reply.status >= 200 && reply.status < 300) return reply
    const said = withoutCredentials(reply.body.trim(), request)
    throw new RemoteFault('status', said || `HTTP status ${reply.status}`, {
      status: reply.status,
      ...(reply.retryAfterMs !== undefined && { retryAfterMs: reply.retryAfterMs }),
    })
  }

  /** Ends all connections, also those in use. */
  close(): void {
    this.#closing.abort()
    void this.#agents?.then(agents => agents.destroy())
  }

  async #exchange({ url, method = 'POST', headers = {}, body, timeoutMs }: RemoteRequest) {
    this.#agents ??= import('./agents.js').then(({ createAgents }) => createAgents())
    const { request, agent } = (await this.#agents).for(url)
    return new Promise<RemoteReply & { retryAfterMs?: number }>((resolve, reject) => {
      const { signal } = this.#closing
      let sent = false
      const outgoing = request(url, {
        method,
        agent,
        signal,
        // Node's own fetch asks for compression, which costs the server five times the time.
        headers: { 'accept-encoding': 'identity', ...headers, ...lengthOf(body) },
      })
      const deadline = setTimeout(() => {
        outgoing.destroy(new RemoteFault('timeout', `no answer within ${timeoutMs / 1_000} s`))
      }, timeoutMs)
      const fail = (error: unknown) => {
        clearTimeout(deadline)
        reject(error instanceof RemoteFault ? error : faultOf(error, sent))
      }
      outgoing.on('finish', () => {
        sent = true
      })
      outgoing.on('error', fail)
      outgoing.on('response', response => {
        const chunks: Buffer[] = []
        let length = 0
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk)
          length += chunk.length
          if (length <= LARGEST_REPLY) return
          outgoing.destroy(new RemoteFault('protocol', 'the answer is larger than 256 MiB'))
        })
        response.on('error', fail)
        response.on('end', () => {
          clearTimeout(deadline)
          const retryAfterMs = secondsOf(response.headers['retry-after'])
          resolve({
            status: response.statusCode ?? 0,
            body: Buffer.concat(chunks, length).toString('utf8'),
            ...(retryAfterMs !== undefined && { retryAfterMs }),
          })
        })
      })
      outgoing.end(body)
    })
  }
}

/** A server, or a proxy before it, may repeat in an error what it was sent. */
function withoutCredentials(text: string, { headers = {} }: RemoteRequest): string {
  const credential = headers.authorization?.replace(/^\S+ /, '') ?? ''
  return credential === '' ? text : text.replaceAll(credential, '…')
}

function lengthOf(body: string | undefined): Record<string, string> {
  return body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
}

function secondsOf(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : undefined
}

/** Errors of the system before a connection was there; the request cannot have arrived. */
const NEVER_ARRIVED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EMFILE',
])

function faultOf(error: unknown, sent: boolean): RemoteFault {
  const { code = '', message } = error as NodeJS.ErrnoException
  const said = message === '' ? code : message
  // EPROTO: TLS was spoken to a port that speaks plain HTTP.
  const untrusted = /CERT|SSL|TLS|SELF_SIGNED|VERIFY|EPROTO/.test(code)
  if (untrusted || NEVER_ARRIVED.has(code)) {
    const permanent = untrusted || code === 'ENOTFOUND'
    return new RemoteFault('unreachable', said, { permanent, cause: error })
  }
  return new RemoteFault(
    'lost',
    sent ? `the connection ended before the answer (${code || message})` : said,
    { cause: error },
  )
}
