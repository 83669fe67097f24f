import { InvalidArgumentError, Option } from 'commander'
import { parseDuration } from '../config/duration.js'
import type { PruneOptions } from '../operations/prune.js'
import { listNames } from '../output/names.js'
import { renderPrune } from '../output/render-prune.js'
import type { PruneReport } from '../report/prune-report.js'
import type { Invocation, VerbModule } from './command.js'
import { confirm } from './confirm.js'
import { ExitStatus } from './exit-status.js'
import { wholeNumber } from './flags.js'
import { openInvokedFleet } from './open.js'

export const verb: VerbModule = {
  measured: true,
  configure(command) {
    for (const [flag, what] of [
      ['--keep-last', 'the newest n sets'],
      ['--keep-daily', 'the newest set of each of the last n days that have one'],
      ['--keep-weekly', 'the newest set of each of the last n weeks'],
      ['--keep-monthly', 'the newest set of each of the last n months'],
    ] as const) {
      command.addOption(new Option(`${flag} <n>`, `keep ${what}`).argParser(wholeNumber))
    }
    command
      .addOption(
        new Option(
          '--keep-within <time>',
          'keep what is at most so much older than the newest set, such as 30d',
        ).argParser(age),
      )
      .option('--out <dir>', 'where the sets are; the default is backups/')
      .option('--unfinished', 'remove also what backups on other machines left unfinished')
      .option('--dry-run', 'show what would be removed and what stays; remove nothing')
      .option('-y, --yes', 'do not ask')
  },
  async run(invocation) {
    const fleet = await openInvokedFleet(invocation)
    const { keepWithin, ...given } = invocation.options as PruneOptions & { keepWithin?: number }
    const options = { ...given, ...(keepWithin !== undefined && { keepWithinMs: keepWithin }) }
    if (invocation.options.dryRun === true) {
      await invocation.reporter.answer(await fleet.planPrune(options), renderPrune)
      return ExitStatus.done
    }
    if (invocation.options.yes === true) {
      return await pruned(invocation, await fleet.prune(options))
    }
    const plan = await fleet.planPrune(options)
    const doomed = plan.sets.filter(({ removed }) => removed).map(({ set }) => set)
    if (doomed.length > 0 && !(await confirmed(invocation, plan, doomed))) {
      invocation.reporter.note('Nothing was removed.')
      return ExitStatus.usage
    }
    return await pruned(invocation, await fleet.prune({ ...options, only: doomed }))
  },
}

async function pruned({ reporter }: Invocation, report: PruneReport): Promise<ExitStatus> {
  await reporter.report(report, renderPrune)
  if (report.unrecorded !== undefined) await reporter.warning(report.unrecorded)
  return ExitStatus.done
}

/** Shows first what goes and what stays. */
async function confirmed(
  { reporter, options }: Invocation,
  plan: PruneReport,
  doomed: readonly string[],
): Promise<boolean> {
  const canAsk = process.stdin.isTTY && options.json !== true
  if (canAsk) await reporter.answer(plan, renderPrune)
  return confirm('Remove them for good?', `prune asks before it removes ${listNames(doomed)}`)
}

function age(text: string): number {
  const ms = parseDuration(text, Number.MAX_SAFE_INTEGER)
  if (ms !== undefined) return ms
  throw new InvalidArgumentError('It takes a time such as 12h or 30d.')
}
