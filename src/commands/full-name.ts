import type { Command } from 'commander'

/** A command with the words before it: `dbfleet keys create`. */
export function fullName(command: Command): string {
  const { parent } = command
  return parent === null ? command.name() : `${fullName(parent)} ${command.name()}`
}
