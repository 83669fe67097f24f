import { constants } from 'node:fs'
import { access, lstat, open } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { UsageError } from '../errors/usage-error.js'
import { type Labels, OWN_LABELS } from '../metrics/families.js'

/** Every file of metrics begins so: when the run ended is always known. */
const BEGINNING = '# TYPE dbfleet_'
const FILE_ITSELF = 'Name the file itself, such as /var/lib/node_exporter/dbfleet.prom.'

/** Where the metrics of a run go, and what they are told apart by. */
export interface MetricsOptions {
  /** Absolute. */
  path: string
  labels: Labels
}

/** `--metrics-file`, `--metrics-label` */
export function addMetrics(command: Command): void {
  command
    .option('--metrics-file <path>', 'write what came of the run there, as OpenMetrics text')
    .addOption(
      new Option(
        '--metrics-label <name=value>',
        'with --metrics-file: a label of all metrics, such as fleet=eu; repeatable',
      ).argParser(collectLabels),
    )
}

/** Gathers the labels of a repeated flag. */
function collectLabels(text: string, earlier: Labels = {}): Labels {
  const [, name = '', value = ''] = /^([a-zA-Z][a-zA-Z0-9_]*)=(\P{Cc}+)$/u.exec(text) ?? []
  if (name === '') throw new InvalidArgumentError('It takes a name and a value, such as fleet=eu.')
  if ((OWN_LABELS as readonly string[]).includes(name) || Object.hasOwn(earlier, name)) {
    throw new InvalidArgumentError(`There is a label called ${name} already.`)
  }
  return { ...earlier, [name]: value }
}

/**
 * What the flags ask for, looked at before anything is touched.
 *
 * @returns undefined when no metrics are wanted
 * @throws UsageError `bad-options`, `metrics-unwritable`
 */
export async function readMetricsOptions(
  options: Record<string, unknown>,
): Promise<MetricsOptions | undefined> {
  const { metricsFile, metricsLabel, dryRun } = options as {
    metricsFile?: string
    metricsLabel?: Labels
    dryRun?: boolean
  }
  if (metricsFile === undefined) {
    if (metricsLabel === undefined) return undefined
    throw new UsageError('bad-options', '--metrics-label is of no use without --metrics-file', {
      hint: 'Say where the metrics go, or leave it out.',
    })
  }
  if (dryRun === true) {
    throw new UsageError('bad-options', '--metrics-file and --dry-run exclude each other', {
      hint: 'The metrics are those of the last real run; leave one of them out.',
    })
  }
  const path = resolve(metricsFile)
  await refuseUnwritable(path)
  return { path, labels: metricsLabel ?? {} }
}

async function refuseUnwritable(path: string): Promise<void> {
  try {
    // With the dot it has to be a directory.
    await access(`${dirname(path)}/.`, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw unwritable(path, reasonOf(error), 'Make the directory, and let this user write to it.')
  }
  const there = await lstat(path).catch(() => undefined)
  if (there === undefined) return
  if (!there.isFile()) {
    // A link or a device would not be written to but replaced.
    const what = there.isDirectory() ? 'a directory' : 'no regular file'
    throw unwritable(path, `it is ${what}`, FILE_ITSELF)
  }
  // A slip of the hand should not cost a database.
  if (!(await holdsMetrics(path))) {
    throw unwritable(path, 'that file holds something else', 'Remove it, or name another one.')
  }
}

async function holdsMetrics(path: string): Promise<boolean> {
  try {
    await using file = await open(path)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(BEGINNING.length))
    return bytesRead === 0 || buffer.toString() === BEGINNING
  } catch {
    return false
  }
}

function reasonOf(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return 'its directory does not exist'
    case 'ENOTDIR':
      return 'what should be its directory is a file'
    case 'EROFS':
      return 'its file system is read-only'
    default:
      return 'this user may not write to its directory'
  }
}

function unwritable(path: string, why: string, hint: string): UsageError {
  return new UsageError('metrics-unwritable', `the metrics cannot be written to ${path}: ${why}`, {
    hint: `Nothing was touched. ${hint}`,
  })
}
