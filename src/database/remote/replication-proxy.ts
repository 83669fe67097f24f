import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream'
import { createAgents } from './agents.js'
import { endpointHeaders, type RemoteEndpoint } from './endpoint.js'

/** Where replicas fetch what they lack. Disposal ends it. */
export interface ReplicationProxy extends AsyncDisposable {
  /** A URL that leads to this primary, for as long as the proxy lives, and to nothing else. */
  admit(endpoint: RemoteEndpoint): string
}

const TICKET_BYTES = 16

/**
 * Starts a proxy on this machine between libSQL's replication and its primaries. That engine takes
 * the namespace from the host's name only, and it blocks the process that it runs in: so the headers
 * that it cannot send are added here, and the token does not leave this process. Whoever has no
 * ticket, a part of the URL that cannot be guessed, is turned away.
 */
export async function startReplicationProxy(): Promise<ReplicationProxy> {
  const agents = createAgents()
  const endpoints = new Map<string, RemoteEndpoint>()
  const server = createServer((incoming, outgoing) => {
    const [, ticket = '', path = '/'] = /^\/([0-9a-f]+)(\/.*)$/.exec(incoming.url ?? '') ?? []
    const endpoint = endpoints.get(ticket)
    if (endpoint === undefined) outgoing.writeHead(403).end()
    else forward(incoming, outgoing, endpoint, path)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  function forward(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    endpoint: RemoteEndpoint,
    path: string,
  ): void {
    const { request, agent } = agents.for(endpoint.url)
    const { host: _, 'x-namespace-bin': __, ...headers } = incoming.headers
    const { authorization, ...named } = endpointHeaders(endpoint)
    const added = {
      ...named,
      ...(authorization !== undefined && {
        authorization,
        'x-authorization': authorization,
      }),
    }
    const upstream = request(`${endpoint.url}${path}`, {
      method: incoming.method,
      agent,
      headers: { ...headers, ...added },
      timeout: endpoint.timeoutMs,
    })
    upstream.on('timeout', () => upstream.destroy(new Error('no answer')))
    upstream.on('response', answer => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      pipeline(answer, outgoing, () => {})
    })
    upstream.on('error', () => outgoing.destroy())
    outgoing.on('close', () => upstream.destroy())
    pipeline(incoming, upstream, () => {})
  }

  return {
    admit(endpoint) {
      const ticket = randomBytes(TICKET_BYTES).toString('hex')
      // A server that is asked over a WebSocket is replicated from over HTTP, at the same address.
      endpoints.set(ticket, { ...endpoint, url: endpoint.url.replace(/^ws/, 'http') })
      return `http://127.0.0.1:${port}/${ticket}`
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      agents.destroy()
      await once(server, 'close')
    },
  }
}
