import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseCountOrShare } from '../config/count-or-share.js'
import { parseDuration } from '../config/duration.js'
import { parseMaxFailures } from '../config/max-failures.js'

/** `--all`, `--db`, `--except`, `--shard`. */
export function addSelector(command: Command, whole: 'fleet' | 'set' = 'fleet'): void {
  command.addOption(new Option('--all', `every database of the ${whole}`))
  addNameSelector(command)
  command.addOption(new Option('--shard <i/n>', `the i-th of n equal parts of the ${whole}`))
}

/** `--db`, `--except`. */
export function addNameSelector(command: Command): void {
  command
    .addOption(
      new Option('--db <name or glob>', 'a database, or those that match; repeatable').argParser(
        collect,
      ),
    )
    .addOption(
      new Option('--except <name or glob>', 'all but these; repeatable').argParser(collect),
    )
}

/** `--jobs`, `--busy-timeout` and, where a run changes databases, `--max-failures`. */
export function addRunControl(command: Command, { changing }: { changing: boolean }): void {
  addJobs(command)
  addBusyTimeout(command)
  if (changing) {
    command.addOption(
      new Option('--max-failures <n or %>', 'stop when more than so many fail').argParser(
        countOrShare,
      ),
    )
  }
}

/** `--busy-timeout` */
export function addBusyTimeout(command: Command): void {
  command.addOption(
    new Option('--busy-timeout <time>', 'wait so long for a lock, such as 10s').argParser(time),
  )
}

/** `--jobs`. */
export function addJobs(command: Command): void {
  command.addOption(new Option('--jobs <n>', 'databases at once').argParser(wholeNumber))
}

/** `--backup` and its `--out`. */
export function addBackupFirst(command: Command): void {
  command
    .option('--backup', 'first make a backup set of the databases that will be changed')
    .option('--out <dir or s3 url>', 'with --backup: make the set there; the default is backups/')
}

/** `--canary`, `--canary-db`, `--wave`, `--pause`, `--health`, `--health-timeout`, `--no-waves`. */
export function addWaves(command: Command): void {
  command
    .addOption(
      new Option('--canary <n or %>', 'first so many, chosen to stand for the others').argParser(
        someOrShare,
      ),
    )
    .addOption(
      new Option('--canary-db <name or glob>', 'first these; repeatable').argParser(collect),
    )
    .addOption(new Option('--wave <n or %>', 'then so many at a time').argParser(someOrShare))
    .addOption(new Option('--pause <time>', 'wait so long between waves').argParser(time))
    .option('--health <command>', 'run this after each wave; stop when its status is not 0')
    .addOption(
      new Option('--health-timeout <time>', 'it may take so long; the default is 5m').argParser(
        time,
      ),
    )
    .option('--no-waves', 'all at once, whatever the configuration says')
}

/** `--to`, `--step`, `--dry-run`, `--verbose`, `--transaction`. */
export function addExtent(command: Command, to: string): void {
  command
    .addOption(new Option('--to <migration>', to))
    .addOption(new Option('--step <n>', 'so many migrations').argParser(wholeNumber))
  addCareful(command)
}

/** `--dry-run`, `--verbose`, `--transaction`. */
export function addCareful(command: Command): void {
  command
    .addOption(new Option('--dry-run', 'show what would happen; change nothing'))
    .addOption(new Option('--verbose', 'with --dry-run: the SQL too'))
    .addOption(
      new Option(
        '--transaction <mode>',
        'all: a database moves as a whole; each: every migration commits by itself',
      )
        .choices(['all', 'each'])
        .default('all'),
    )
}

/** `--passphrase-file` */
export function addPassphrase(command: Command): void {
  command.option(
    '--passphrase-file <path>',
    'the passphrase of the sets; else it is DBFLEET_PASSPHRASE',
  )
}

/** `--identity`, `--passphrase-file` */
export function addKeys(command: Command): void {
  command.addOption(
    new Option(
      '--identity <path>',
      'private keys of age that open the set; repeatable; else DBFLEET_IDENTITY',
    ).argParser(collect),
  )
  addPassphrase(command)
}

/** Gathers the values of a repeatable flag. */
export function collect(value: string, earlier: string[] | undefined): string[] {
  return [...(earlier ?? []), value]
}

/** A count from 1. */
export function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It takes a whole number from 1.')
}

/** A length of time in milliseconds, as in `10s`. */
export function time(text: string): number {
  const ms = parseDuration(text)
  if (ms !== undefined) return ms
  throw new InvalidArgumentError('It takes a time such as 500ms, 10s or 2m.')
}

function someOrShare(text: string): string {
  const count = parseCountOrShare(text)
  if (count !== undefined) return count
  throw new InvalidArgumentError('It takes a count such as 10, or a percentage such as 5%.')
}

function countOrShare(text: string): string {
  const limit = parseMaxFailures(text)
  if (limit !== undefined) return limit
  throw new InvalidArgumentError('It takes a count such as 3, or a percentage such as 0.5%.')
}
