import type { Command } from 'commander'
import { nearest } from '../errors/nearest.js'
import { UsageError } from '../errors/usage-error.js'
import { fullName } from './full-name.js'

/**
 * Adds `help [verb]`, where a verb may have two words. Commander's own answers a verb that does not
 * exist with the whole help and says nothing of the mistake.
 */
export function addHelp(program: Command): void {
  const help = program.command('help').description('show help for a verb').argument('[verb...]')
  help.copyInheritedSettings(program).action((words: string[]) => {
    let command = program
    for (const word of words) command = subcommand(command, word)
    command.help()
  })
}

function subcommand(parent: Command, word: string): Command {
  const found = parent.commands.find(each => each.name() === word)
  if (found !== undefined) return found
  const near = nearest(
    word,
    parent.commands.map(each => each.name()),
  )
  throw new UsageError('usage', `unknown command '${word}'`, {
    hint: `${near === undefined ? '' : `Did you mean ${near}? `}See \`${fullName(parent)} --help\`.`,
  })
}
