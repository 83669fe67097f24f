import type { Command } from 'commander'
import { UsageError } from '../errors/usage-error.js'
import { fullName } from './full-name.js'

/**
 * Refuses arguments that a verb does not take. Commander's own error does not say which they are,
 * nor that databases are chosen by flags: `dbfleet up alice`.
 *
 * @throws UsageError
 */
export function refuseExcessArguments(command: Command): void {
  const { args, registeredArguments, options } = command
  const excess = args[registeredArguments.length]
  if (excess === undefined || registeredArguments.at(-1)?.variadic) return
  const takesSelector = options.some(({ long }) => long === '--db')
  const invoked = fullName(command)
  const seeHelp = `See \`${invoked} --help\`.`
  throw new UsageError('usage', `\`${invoked}\` takes no argument "${excess}"`, {
    hint: takesSelector ? `Databases are chosen with --db <name or glob>. ${seeHelp}` : seeHelp,
  })
}
