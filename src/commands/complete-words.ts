import type { Argument, Command, Option } from 'commander'

/** What is only known to the fleet that the words name. */
export interface Completions {
  databases(): Promise<string[]>
  migrations(): Promise<string[]>
}

/** Where a command line has come to. */
interface Place {
  command: Command
  /** How many words of its own the verb has so far. */
  positionals: number
  /** The flag that the next word is the value of. */
  awaiting: Option | undefined
}

/**
 * How the last word of a command line may go on.
 *
 * @param program made for these words, so that the verb has its flags
 * @param words what follows the program's name; the last one is being written and may be empty
 * @returns whole words; none where only the shell knows, as with paths
 */
export async function completeWords(
  program: Command,
  words: readonly string[],
  known: Completions,
): Promise<string[]> {
  const current = words.at(-1) ?? ''
  const { command, positionals, awaiting } = placeAfter(program, words.slice(0, -1))
  const candidates = await (async () => {
    if (awaiting !== undefined) return valuesOf(awaiting, awaiting.flags, known)
    if (current.startsWith('-')) return flagsOf(command)
    if (positionals === 0 && command.commands.length > 0) {
      return command.commands.map(each => each.name())
    }
    const list = command.registeredArguments
    const argument = list[positionals] ?? list.findLast(({ variadic }) => variadic)
    if (argument === undefined) return []
    return valuesOf(argument, `<${argument.name()}>`, known)
  })()
  return candidates.filter(candidate => candidate.startsWith(current))
}

function placeAfter(program: Command, words: readonly string[]): Place {
  const place: Place = { command: program, positionals: 0, awaiting: undefined }
  for (const word of words) {
    if (place.awaiting !== undefined) {
      place.awaiting = undefined
    } else if (word.startsWith('-')) {
      const flag = optionsOf(place.command).find(
        ({ long, short }) => long === word || short === word,
      )
      place.awaiting = flag?.required ? flag : undefined
    } else {
      const verb = place.command.commands.find(each => each.name() === word)
      if (verb === undefined) place.positionals += 1
      else place.command = verb
    }
  }
  return place
}

/** The flags of a verb, and those that all verbs have. */
function optionsOf(command: Command): readonly Option[] {
  const own = command.options
  return command.parent === null ? own : [...own, ...optionsOf(command.parent)]
}

function flagsOf(command: Command): string[] {
  const flags = optionsOf(command).flatMap(({ long, hidden }) => (hidden ? [] : (long ?? [])))
  return [...flags, '--help']
}

async function valuesOf(
  { argChoices = [] }: Pick<Argument | Option, 'argChoices'>,
  placeholder: string,
  known: Completions,
): Promise<readonly string[]> {
  if (argChoices.length > 0) return argChoices
  if (/<(name or glob|database)>/.test(placeholder)) return known.databases()
  return placeholder.includes('<migration>') ? known.migrations() : []
}
