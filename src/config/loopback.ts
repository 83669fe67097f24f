/**
 * True for names and addresses that always mean this machine; names under `localhost` do
 * (RFC 6761, 6.3), and dbfleet never asks the network for them.
 *
 * @param hostname as in a URL, an IPv6 address in brackets
 */
export function isLoopback(hostname: string): boolean {
  return (
    /^(?:[^.]+\.)*localhost\.?$/i.test(hostname) ||
    /^127(?:\.\d{1,3}){3}$/.test(hostname) ||
    hostname === '[::1]'
  )
}
