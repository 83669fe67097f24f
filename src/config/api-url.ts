import { isLoopback } from './loopback.js'

/**
 * What is wrong with the URL of an API that is sent a token; undefined when nothing is. In the clear
 * a token is only sent within this machine.
 */
export function apiUrlProblem(text: string): string | undefined {
  if (!URL.canParse(text)) return 'must be a URL such as "https://api.example.org"'
  const { protocol, hostname, username, password, search, hash } = new URL(text)
  if (username !== '' || password !== '' || search !== '' || hash !== '') {
    return 'must not hold a user, a password, parameters or a "#"'
  }
  if (protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))) return undefined
  return 'must begin with https://, because a token is sent there'
}
