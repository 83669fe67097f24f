import { UsageError } from '../errors/usage-error.js'

const NAMESPACE = /^[a-z0-9][a-z0-9-]{0,62}$/

/**
 * Checks the name of a namespace. The server itself takes any, `..` and line breaks included, and
 * in a token a mistyped one is silently of no use.
 *
 * @throws UsageError `bad-name`
 */
export function checkNamespace(name: string): void {
  if (NAMESPACE.test(name)) return
  throw new UsageError('bad-name', `${JSON.stringify(name)} cannot be a database of sqld`, {
    hint: 'A name is made of a to z, 0 to 9 and hyphens, does not begin with a hyphen, and has at most 63 characters.',
  })
}
