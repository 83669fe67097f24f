import { RemoteFault } from '../database/remote/remote-fault.js'

/** How the request failed that an error is about. */
export function faultOf(error: unknown): RemoteFault | undefined {
  const { cause } = error as { cause?: unknown }
  return cause instanceof RemoteFault ? cause : undefined
}
