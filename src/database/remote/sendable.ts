import { DbfleetError } from '../../errors/dbfleet-error.js'

/**
 * A secret that is to be sent in a header.
 *
 * @param name what it is, for errors: `the token of the file fleet.token`
 * @throws DbfleetError `auth` for a text that can be none, such as a key in PEM
 */
export function sendable(secret: string, name: string): string {
  if (/^[\x21-\x7e]+$/.test(secret)) return secret
  throw new DbfleetError(
    'auth',
    `${name} cannot be sent: it holds spaces, line breaks or the like`,
    {
      hint: 'Put it alone, on one line, where it is fetched from. A file of a key in PEM is not a token.',
    },
  )
}
