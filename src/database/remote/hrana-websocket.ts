import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import { endpointHeaders, type RemoteEndpoint } from './endpoint.js'
import type { HranaBatchResult, HranaDescription, HranaError, HranaStep } from './hrana.js'
import {
  type BatchOptions,
  type HranaChannel,
  type HranaStream,
  notHrana,
  StreamError,
  soundDescription,
  soundResult,
} from './hrana-stream.js'
import { lookupLocalhost } from './lookup-localhost.js'
import { RemoteFault } from './remote-fault.js'
import { withRetries } from './retry.js'

type Request =
  | { type: 'open_stream' | 'close_stream'; stream_id: number }
  | { type: 'batch'; stream_id: number; batch: { steps: readonly HranaStep[] } }
  | { type: 'describe'; stream_id: number; sql: string }

type Message =
  | { type: 'hello_ok' }
  | { type: 'hello_error'; error: HranaError }
  | { type: 'response_ok'; request_id: number; response: Response }
  | { type: 'response_error'; request_id: number; error: HranaError }

interface Response {
  result?: HranaBatchResult | HranaDescription
}

interface Waiting {
  resolve(response: Response): void
  reject(error: Error): void
}

/** Hrana over a WebSocket: one connection for all streams of a database. */
export class WebSocketChannel implements HranaChannel {
  readonly #endpoint: RemoteEndpoint
  readonly #waiting = new Map<number, Waiting>()
  #socket: Promise<WebSocket> | undefined
  readonly #closing = new AbortController()
  #lastId = 0

  readonly #parent: AbortSignal
  readonly #end = () => {
    this.#closing.abort()
    void this.#socket?.then(
      socket => socket.terminate(),
      () => {},
    )
  }

  /** @param signal ends it now, whatever it waits for */
  constructor(endpoint: RemoteEndpoint, signal: AbortSignal) {
    this.#endpoint = endpoint
    this.#parent = signal
    signal.addEventListener('abort', this.#end, { once: true })
  }

  openStream(): HranaStream {
    const { signal } = this.#closing
    const id = this.#nextId()
    let isOpen = false
    const close = async () => {
      if (!isOpen) return
      isOpen = false
      await this.#request({ type: 'close_stream', stream_id: id }).catch(() => {})
    }
    const send = async (steps: readonly HranaStep[], { last }: BatchOptions) => {
      // Sent together: the server handles the requests of a stream in order.
      const opened = isOpen ? undefined : this.#request({ type: 'open_stream', stream_id: id })
      isOpen = true
      const answered = this.#request({ type: 'batch', stream_id: id, batch: { steps } })
      const [, { result }] = await Promise.all([opened, answered])
      if (last) await close()
      return soundResult(result, steps.length, this.#endpoint.url)
    }
    return {
      close,
      describe: sql =>
        withRetries({ repeatable: true, signal }, async () => {
          const opened = this.#request({ type: 'open_stream', stream_id: id })
          const described = this.#request({ type: 'describe', stream_id: id, sql })
          const [, { result }] = await Promise.all([opened, described]).finally(() =>
            this.#request({ type: 'close_stream', stream_id: id }).catch(() => {}),
          )
          return soundDescription(result, this.#endpoint.url)
        }),
      batch(steps, options) {
        if (isOpen) return send(steps, options)
        return withRetries({ ...options, signal }, () => {
          isOpen = false
          return send(steps, options)
        })
      },
    }
  }

  async close(): Promise<void> {
    this.#parent.removeEventListener('abort', this.#end)
    this.#closing.abort()
    const socket = await this.#socket?.catch(() => undefined)
    socket?.close()
  }

  #nextId(): number {
    this.#lastId += 1
    return this.#lastId
  }

  async #request(request: Request): Promise<Response> {
    this.#socket ??= this.#connect()
    const socket = await this.#socket.catch((error: unknown) => {
      this.#socket = undefined
      throw error
    })
    const requestId = this.#nextId()
    const { timeoutMs } = this.#endpoint
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => {
        this.#settle(requestId)?.reject(
          new RemoteFault('timeout', `no answer within ${timeoutMs / 1_000} s`),
        )
      }, timeoutMs)
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          clearTimeout(deadline)
          settle(value)
        }
      this.#waiting.set(requestId, { resolve: settled(resolve), reject: settled(reject) })
      socket.send(JSON.stringify({ type: 'request', request_id: requestId, request }), error => {
        if (error) this.#settle(requestId)?.reject(new RemoteFault('lost', error.message))
      })
    })
  }

  async #connect(): Promise<WebSocket> {
    const { url, timeoutMs } = this.#endpoint
    const { authorization: _, ...headers } = endpointHeaders(this.#endpoint)
    const { signal } = this.#closing
    const socket = new WebSocket(url, ['hrana3', 'hrana2'], {
      headers,
      lookup: lookupLocalhost,
    } as object)
    // Ending it before it is open is an error too, which would end the process if nobody listened.
    socket.on('error', () => {})
    const end = () => socket.terminate()
    let late: RemoteFault | undefined
    const deadline = setTimeout(() => {
      late = new RemoteFault('timeout', `no answer within ${timeoutMs / 1_000} s`)
      end()
    }, timeoutMs)
    signal.addEventListener('abort', end)
    try {
      await opened(socket)
      await this.#greet(socket)
    } catch (error) {
      end()
      throw late ?? error
    } finally {
      clearTimeout(deadline)
      signal.removeEventListener('abort', end)
    }
    socket.on('message', data => {
      try {
        this.#receive(parse(data))
      } catch (error) {
        this.#lose((error as Error).message)
        socket.terminate()
      }
    })
    socket.on('close', () => this.#lose('the server ended the connection'))
    socket.on('error', error => this.#lose(error.message))
    return socket
  }

  async #greet(socket: WebSocket): Promise<void> {
    const greeting = once(socket, 'message')
    const ended = new Promise<never>((_, reject) => {
      socket.once('close', () => reject(new RemoteFault('lost', 'the server ended the connection')))
    })
    socket.send(JSON.stringify({ type: 'hello', jwt: this.#endpoint.authToken ?? null }))
    const hello = parse((await Promise.race([greeting, ended]))[0])
    if (hello.type === 'hello_ok') return
    if (hello.type !== 'hello_error') throw notHrana(this.#endpoint.url)
    throw new RemoteFault('status', hello.error.message, { status: 401 })
  }

  #receive(message: Message): void {
    if (message.type === 'response_ok') this.#settle(message.request_id)?.resolve(message.response)
    if (message.type === 'response_error') {
      this.#settle(message.request_id)?.reject(new StreamError(message.error))
    }
  }

  #lose(why: string): void {
    this.#socket = undefined
    for (const id of [...this.#waiting.keys()]) {
      this.#settle(id)?.reject(new RemoteFault('lost', why))
    }
  }

  #settle(requestId: number): Waiting | undefined {
    const waiting = this.#waiting.get(requestId)
    this.#waiting.delete(requestId)
    return waiting
  }
}

/** @throws RemoteFault why there is no connection: the HTTP status, or nobody there */
function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve())
    socket.once('unexpected-response', (_request, response: IncomingMessage) => {
      const status = response.statusCode ?? 0
      let body = ''
      response.on('data', chunk => {
        body += String(chunk)
      })
      response.on('end', () => {
        reject(new RemoteFault('status', body || `HTTP status ${status}`, { status }))
        socket.terminate()
      })
    })
    socket.once('error', error => {
      reject(new RemoteFault('unreachable', error.message, { cause: error }))
    })
  })
}

function parse(data: unknown): Message {
  try {
    const message: unknown = JSON.parse(String(data))
    if (typeof message === 'object' && message !== null) return message as Message
  } catch {
    // Said below.
  }
  throw new RemoteFault('protocol', 'the server sends what is no message')
}
