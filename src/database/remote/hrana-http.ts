import type { Connections } from './connections.js'
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
import type { RetryOptions } from './retry.js'

type PipelineRequest =
  | { type: 'batch'; batch: { steps: readonly HranaStep[] } }
  | { type: 'describe'; sql: string }
  | { type: 'close' }

interface PipelineReply {
  baton: string | null
  base_url: string | null
  results: (
    | { type: 'ok'; response?: { result?: unknown } }
    | { type: 'error'; error: HranaError }
  )[]
}

/** Hrana over HTTP: each batch is one request, and a baton ties those of a stream together. */
export class HttpChannel implements HranaChannel {
  readonly #connections: Connections
  readonly #endpoint: RemoteEndpoint

  constructor(connections: Connections, endpoint: RemoteEndpoint) {
    this.#connections = connections
    this.#endpoint = endpoint
  }

  openStream(): HranaStream {
    return new HttpStream(this.#connections, this.#endpoint)
  }

  async close(): Promise<void> {}
}

class HttpStream implements HranaStream {
  readonly #connections: Connections
  readonly #endpoint: RemoteEndpoint
  readonly #headers: Record<string, string>
  #baton: string | null = null
  #url: string

  constructor(connections: Connections, endpoint: RemoteEndpoint) {
    this.#connections = connections
    this.#endpoint = endpoint
    this.#url = endpoint.url
    this.#headers = { 'content-type': 'application/json', ...endpointHeaders(endpoint) }
  }

  async batch(
    steps: readonly HranaStep[],
    { repeatable, last, onUncertain }: BatchOptions,
  ): Promise<HranaBatchResult> {
    const batch: PipelineRequest = { type: 'batch', batch: { steps } }
    const requests = last ? [batch, CLOSE] : [batch]
    // A baton is good for one request only.
    const reply = await this.#send(requests, {
      repeatable: repeatable && this.#baton === null,
      ...(onUncertain && { onUncertain }),
    })
    const [result] = reply.results
    if (result?.type === 'error') throw new StreamError(result.error)
    return soundResult(result?.response?.result, steps.length, this.#url)
  }

  async describe(sql: string): Promise<HranaDescription> {
    const reply = await this.#send([{ type: 'describe', sql }, CLOSE], { repeatable: true })
    const [result] = reply.results
    if (result?.type === 'error') throw new StreamError(result.error)
    return soundDescription(result?.response?.result, this.#url)
  }

  async close(): Promise<void> {
    if (this.#baton === null) return
    // The server ends a forgotten stream by itself, after ten seconds.
    await this.#send([CLOSE], { repeatable: false }).catch(() => {})
  }

  async #send(requests: readonly PipelineRequest[], retries: RetryOptions): Promise<PipelineReply> {
    const { body } = await this.#connections.send(
      {
        url: `${this.#url}/v3/pipeline`,
        headers: this.#headers,
        body: JSON.stringify({ baton: this.#baton, requests }),
        timeoutMs: this.#endpoint.timeoutMs,
      },
      retries,
    )
    const reply = parse(body, this.#url)
    this.#baton = reply.baton ?? null
    this.#url = sameScheme(reply.base_url, this.#url) ?? this.#url
    return reply
  }
}

const CLOSE: PipelineRequest = { type: 'close' }

/** A server may name another address for the rest of a stream; the token does not go there in the clear. */
function sameScheme(next: string | null | undefined, url: string): string | undefined {
  if (typeof next !== 'string' || !URL.canParse(next)) return undefined
  return new URL(next).protocol === new URL(url).protocol ? next.replace(/\/+$/, '') : undefined
}

function parse(body: string, url: string): PipelineReply {
  try {
    const reply: unknown = JSON.parse(body)
    if (Array.isArray((reply as PipelineReply | null)?.results)) return reply as PipelineReply
  } catch {
    // Said below.
  }
  throw notHrana(url)
}
