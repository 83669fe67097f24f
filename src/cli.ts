import { Command, CommanderError, type OptionValues } from 'commander'
import type { VerbModule } from './commands/command.js'
import { ExitStatus } from './commands/exit-status.js'
import { DbfleetError } from './errors/dbfleet-error.js'
import { UsageError } from './errors/usage-error.js'
import { createReporter } from './output/create-reporter.js'
import type { PartialResult, Reporter } from './output/reporter.js'
import { reportError } from './report/error-report.js'
import { type DatabaseResult, summarize } from './report/fleet-report.js'
import { version } from './version.js'

interface Verb {
  name: string
  summary: string
  load(): Promise<{ verb: VerbModule }>
}

/** The verbs, in the order of the help. Only the one that is used is loaded. */
export const VERBS: readonly Verb[] = [
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
    name: 'status',
    summary: 'show where each database stands',
    load: () => import('./commands/status.js'),
  },
]

/**
 * Runs one command line.
 *
 * @param argv the arguments after the program's name
 * @returns the exit status
 */
export async function main(argv: readonly string[]): Promise<ExitStatus> {
  const command = VERBS.find(({ name }) => argv.includes(name))?.name ?? null
  const reporter = createReporter({
    command,
    json: argv.includes('--json'),
    quiet: argv.includes('--quiet'),
  })
  let exit: ExitStatus = ExitStatus.done
  try {
    const program = await createProgram(argv, reporter, async (module, args, options) => {
      exit = await module.run({ args, options, reporter })
    })
    await program.parseAsync([...argv], { from: 'user' })
    return exit
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return ExitStatus.done
    if (process.env.DBFLEET_DEBUG) await reporter.note(String((error as Error)?.stack))
    await reporter.error(toReport(error), partialOf(error))
    return error instanceof DbfleetError || error instanceof CommanderError
      ? ExitStatus.usage
      : ExitStatus.failed
  }
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
    .helpCommand('help [verb]', 'show help for a verb')
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: text => void reporter.text(text),
      // Errors are told once, by the reporter.
      writeErr: text => void reporter.text(text),
      outputError: () => {},
    })
  const invoked = new Set(argv.filter(word => !word.startsWith('-')))
  for (const { name, summary, load } of VERBS) {
    const command = program.command(name).description(summary).copyInheritedSettings(program)
    if (!invoked.has(name)) continue
    const { verb } = await load()
    verb.configure(command)
    command.action(async () => {
      await act(verb, command.args, command.optsWithGlobals())
    })
  }
  return program
}

function toReport(error: unknown) {
  if (!(error instanceof CommanderError)) return reportError(error)
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n')
  const hint = rest.join(' ').replace(/^\((.*)\)$/, '$1') || 'See `dbfleet --help`.'
  return reportError(new UsageError('usage', first, { hint }))
}

/** A refusal says which databases are the reason. */
function partialOf(error: unknown): PartialResult | undefined {
  if (!(error instanceof UsageError) || !('databases' in error)) return undefined
  const databases = error.databases as DatabaseResult[]
  return { databases, summary: summarize(databases) }
}
