import { relative } from 'node:path'
import type { KeysReport } from '../report/keys-report.js'
import { printable } from './escape.js'
import { renderHint } from './render-hint.js'
import type { Screen } from './terminal.js'

/**
 * The files that `keys create` wrote and what each is for; never the key itself.
 *
 * @param directory where the reader is; paths below it are shown relative to it
 */
export function renderKeys(
  { privateKey, publicKey, serverFlags }: KeysReport,
  screen: Screen,
  directory = process.cwd(),
): string[] {
  const { green } = screen.colours
  const [own, shared] = [privateKey, publicKey].map(path => shown(path, directory))
  return [
    `${green('created')} ${printable(own ?? '')} (private: keep it secret, and out of version control)`,
    `${green('created')} ${printable(shared ?? '')}`,
    ...renderHint(`start the server with sqld ${serverFlags.map(quoted).join(' ')}`, 2, screen),
    ...renderHint(`make tokens with dbfleet token create --key ${quoted(own ?? '')}`, 2, screen),
  ]
}

function shown(file: string, directory: string): string {
  const path = relative(directory, file)
  return path.startsWith('..') ? file : path
}

/** For a shell, where it is needed. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
