import { Command, CommanderError, type OptionValues } from 'commander'
import type { VerbModule } from './commands/command.js'
import { commandLineError } from './commands/command-line-error.js'
import { refuseExcessArguments } from './commands/excess-arguments.js'
import { ExitStatus, exitStatusOfError } from './commands/exit-status.js'
import { addHelp } from './commands/help.js'
import { measured } from './commands/measured.js'
import { addMetrics } from './commands/metrics-options.js'
import { partialOf } from './commands/partial-of.js'
import { createReporter } from './output/create-reporter.js'
import { redirectPrinting } from './output/redirect-printing.js'
import type { Reporter } from './output/reporter.js'
import { reportError } from './report/error-report.js'
import { version } from './version.js'

interface Verb {
  name: string
  summary: string
  load(): Promise<{ verb: VerbModule }>
}

/** A first word that wants a second one. */
interface VerbGroup {
  name: string
  summary: string
  verbs: readonly Verb[]
}

/** The verbs, in the order of the help. Only the one that is used is loaded. */
export const VERBS: readonly (Verb | VerbGroup)[] = [
  {
    name: 'init',
    summary: 'set up this directory: a configuration, migrations/, templates/, backups/',
    load: () => import('./commands/init.js'),
  },
  {
    name: 'new',
    summary: 'write a new migration, from a template where there is one',
    load: () => import('./commands/new.js'),
  },
  {
    name: 'list',
    summary: 'show the fleet: name, source, url',
    load: () => import('./commands/list.js'),
  },
  {
    name: 'create',
    summary: 'make databases at the current schema',
    load: () => import('./commands/create.js'),
  },
  {
    name: 'destroy',
    summary: 'remove databases',
    load: () => import('./commands/destroy.js'),
  },
  {
    name: 'up',
    summary: 'apply pending migrations',
    load: () => import('./commands/up.js'),
  },
  {
    name: 'down',
    summary: 'revert the newest migration',
    load: () => import('./commands/down.js'),
  },
  {
    name: 'redo',
    summary: 'revert the newest migration and apply it again',
    load: () => import('./commands/redo.js'),
  },
  {
    name: 'undo',
    summary: 'take back what a run did, in the databases that it changed',
    load: () => import('./commands/undo.js'),
  },
  {
    name: 'ensure',
    summary: 'bring one database up to date, as an application does that opens it',
    load: () => import('./commands/ensure.js'),
  },
  {
    name: 'runs',
    summary: 'show what was run, and what became of it',
    load: () => import('./commands/runs.js'),
  },
  {
    name: 'resume',
    summary: 'go on with a run that ended before all was done',
    load: () => import('./commands/resume.js'),
  },
  {
    name: 'status',
    summary: 'show where each database stands',
    load: () => import('./commands/status.js'),
  },
  {
    name: 'report',
    summary: 'write a page that shows the fleet: positions, schemas, runs, backups',
    load: () => import('./commands/report.js'),
  },
  {
    name: 'adopt',
    summary: 'take over databases and migrations of another tool',
    load: () => import('./commands/adopt.js'),
  },
  {
    name: 'query',
    summary: 'run one reading statement on every database',
    load: () => import('./commands/query.js'),
  },
  {
    name: 'sync',
    summary: 'bring embedded replicas up to date',
    load: () => import('./commands/sync.js'),
  },
  {
    name: 'check',
    summary: 'find what is wrong with migrations, and databases that drifted',
    load: () => import('./commands/check.js'),
  },
  {
    name: 'diff',
    summary: 'compare two schemas',
    load: () => import('./commands/diff.js'),
  },
  {
    name: 'dump',
    summary: 'write a database as SQL text',
    load: () => import('./commands/dump.js'),
  },
  {
    name: 'backup',
    summary: 'make a backup set, and prove that it restores',
    load: () => import('./commands/backup.js'),
  },
  {
    name: 'verify',
    summary: 'find what is wrong with a backup set',
    load: () => import('./commands/verify.js'),
  },
  {
    name: 'restore',
    summary: 'bring databases back, from a backup set or a dump',
    load: () => import('./commands/restore.js'),
  },
  {
    name: 'prune',
    summary: 'remove backup sets that no rule keeps',
    load: () => import('./commands/prune.js'),
  },
  {
    name: 'doctor',
    summary: 'say what is wrong with the set-up and how to mend it',
    load: () => import('./commands/doctor.js'),
  },
  {
    name: 'completion',
    summary: 'print what makes a shell complete command lines of dbfleet',
    load: () => import('./commands/completion.js'),
  },
  {
    name: 'keys',
    summary: 'make keys for the tokens of a server',
    verbs: [
      {
        name: 'create',
        summary: 'write an Ed25519 key pair for sqld',
        load: () => import('./commands/create-keys.js'),
      },
    ],
  },
  {
    name: 'token',
    summary: 'make tokens for a server',
    verbs: [
      {
        name: 'create',
        summary: 'print a token that sqld accepts',
        load: () => import('./commands/create-token.js'),
      },
    ],
  },
]

/** Other words for verbs; not shown in the help. */
const ALIASES = new Map([['drift', 'check']])

/**
 * Runs one command line.
 *
 * @param given the arguments after the program's name
 * @returns the exit status
 */
export async function main(given: readonly string[]): Promise<ExitStatus> {
  redirectPrinting()
  const argv = withoutAlias(given)
  const verb = verbIn(argv)
  const command = verb[0] ?? null
  const reporter = createReporter({
    command,
    json: argv.includes('--json'),
    quiet: argv.includes('--quiet'),
  })
  let exit: ExitStatus = ExitStatus.done
  try {
    const program = await createProgram(argv, reporter, async (module, args, options) => {
      const programFor = async (given: readonly string[]) => {
        const words = withoutAlias(given)
        return { program: await createProgram(words, reporter, async () => {}), words }
      }
      const given = { verb: verb.join(' '), options, reporter }
      exit = await measured(given, reporter => module.run({ args, options, reporter, programFor }))
    })
    await program.parseAsync([...argv], { from: 'user' })
    return exit
  } catch (thrown) {
    const isFromCommander = thrown instanceof CommanderError
    if (isFromCommander && thrown.exitCode === 0) return ExitStatus.done
    if (process.env.DBFLEET_DEBUG) await reporter.note(String((thrown as Error)?.stack))
    const error = isFromCommander ? commandLineError(thrown, verb) : thrown
    await reporter.error(reportError(error), partialOf(error))
    return exitStatusOfError(error)
  }
}

const GLOBAL_FLAGS_WITH_VALUE = ['--config', '--url', '--files']

/** What is neither a flag nor the value of a global one. */
function wordsIn(argv: readonly string[]): string[] {
  return argv.filter((_, index) => isWord(argv, index))
}

function isWord(argv: readonly string[], index: number): boolean {
  const isFlag = argv[index]?.startsWith('-') === true
  return !isFlag && !GLOBAL_FLAGS_WITH_VALUE.includes(argv[index - 1] ?? '')
}

/** The command line with the verb's own name; the word after `help` is a verb, too. */
function withoutAlias(argv: readonly string[]): readonly string[] {
  const [first, second] = wordsIn(argv)
  const word = first === 'help' ? second : first
  const name = word === undefined ? undefined : ALIASES.get(word)
  if (word === undefined || name === undefined) return argv
  const place = argv.findIndex((each, index) => each === word && isWord(argv, index))
  return argv.with(place, name)
}

/** The verb of a command line: no word, one, or two as in `keys create`. */
function verbIn(argv: readonly string[]): string[] {
  const [first, second] = wordsIn(argv)
  const entry = VERBS.find(({ name }) => name === first)
  if (entry === undefined) return []
  const nested = 'verbs' in entry ? entry.verbs.find(({ name }) => name === second) : undefined
  return nested === undefined ? [entry.name] : [entry.name, nested.name]
}

type Act = (module: VerbModule, args: string[], options: OptionValues) => Promise<void>

/** The program with all verbs; only the invoked one has its flags. */
export async function createProgram(
  argv: readonly string[],
  reporter: Reporter,
  act: Act,
): Promise<Command> {
  const program = new Command('dbfleet')
    .description('Migrates and backs up a fleet of libSQL and SQLite databases.')
    .version(version, '-V, --version', 'show the version')
    .option('--config <path>', 'the configuration; the default is dbfleet.config.* here or above')
    .option('--url <url>', 'one database instead of the configured fleet')
    .option('--files <glob>', 'database files instead of the configured fleet')
    .option('--json', 'one JSON document on standard output')
    .option('--quiet', 'say nothing of what went well')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: text => void reporter.text(text),
      writeErr: text => void reporter.note(text),
      // Errors are told once, by the reporter.
      outputError: () => {},
    })
  const words = wordsIn(argv)
  await addVerbs(program, VERBS, words[0] === 'help' ? words.slice(1) : words, act)
  addHelp(program)
  return program
}

async function addVerbs(
  parent: Command,
  entries: readonly (Verb | VerbGroup)[],
  [invoked, ...words]: readonly string[],
  act: Act,
): Promise<void> {
  for (const entry of entries) {
    const { name, summary } = entry
    const command = parent.command(name).description(summary).copyInheritedSettings(parent)
    if (name !== invoked) continue
    if ('verbs' in entry) {
      await addVerbs(command.helpCommand(false), entry.verbs, words, act)
      continue
    }
    const { verb } = await entry.load()
    verb.configure(command)
    if (verb.measured) addMetrics(command)
    command.allowExcessArguments().action(async () => {
      refuseExcessArguments(command)
      await act(verb, command.args, command.optsWithGlobals())
    })
  }
}
