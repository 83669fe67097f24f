import { describeSecret } from '../config/secret.js'
import type { RemoteEndpoint } from '../database/remote/endpoint.js'
import type { ServerAddress } from './member.js'

/** What a driver needs to open a database on a server, with the token that was fetched for it. */
export function endpointOf(
  { url, namespace, authToken: secret }: ServerAddress,
  { requestTimeoutMs }: { requestTimeoutMs: number },
  authToken: string | undefined,
): RemoteEndpoint {
  return {
    url,
    timeoutMs: requestTimeoutMs,
    ...(namespace !== undefined && { namespace }),
    ...(authToken !== undefined && { authToken }),
    ...(secret !== undefined && { tokenFrom: describeSecret(secret) }),
  }
}
