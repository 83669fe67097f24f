import type { Connections } from './connections.js'
import type { RemoteEndpoint } from './endpoint.js'
import { HttpChannel } from './hrana-http.js'
import type { HranaChannel } from './hrana-stream.js'

/** A channel of the protocol that the endpoint's URL names. */
export async function openChannel(
  connections: Connections,
  endpoint: RemoteEndpoint,
): Promise<HranaChannel> {
  if (/^https?:/.test(endpoint.url)) return new HttpChannel(connections, endpoint)
  const { WebSocketChannel } = await import('./hrana-websocket.js')
  return new WebSocketChannel(endpoint, connections.closing)
}
