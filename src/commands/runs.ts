import { UsageError } from '../errors/usage-error.js'
import { renderRun } from '../output/render-run.js'
import { renderRuns } from '../output/render-runs.js'
import type { VerbModule } from './command.js'
import { ExitStatus } from './exit-status.js'
import { wholeNumber } from './flags.js'
import { openInvokedFleet } from './open.js'
import { runNumber } from './run-number.js'

export const verb: VerbModule = {
  configure(command) {
    command
      .argument('[show]', 'the word "show", to see one run')
      .argument('[id]', 'its number')
      .option('--limit <n>', 'so many of the newest runs; the default is 20', wholeNumber)
  },
  async run(invocation) {
    const { args, options, reporter } = invocation
    const [word, id] = args
    if (word !== undefined && word !== 'show') {
      throw new UsageError('usage', `"runs" knows "show" only, not "${word}"`, {
        hint: 'Write `dbfleet runs`, or `dbfleet runs show 17`.',
      })
    }
    const number = word === undefined ? undefined : runNumber(id)
    const fleet = await openInvokedFleet(invocation, { optional: true })
    if (number !== undefined) {
      await reporter.answer(await fleet.showRun(number), renderRun)
      return ExitStatus.done
    }
    const { limit } = options as { limit?: number }
    await reporter.answer(await fleet.runs(limit === undefined ? {} : { limit }), renderRuns)
    return ExitStatus.done
  },
}
