import { UsageError } from '../errors/usage-error.js'
import type { RunSelection } from '../operations/runs.js'
import { renderRun } from '../output/render-run.js'
import { renderRunDatabases } from '../output/render-run-databases.js'
import { renderRuns } from '../output/render-runs.js'
import type { VerbModule } from './command.js'
import { ExitStatus } from './exit-status.js'
import { addNameSelector, wholeNumber } from './flags.js'
import { openInvokedFleet } from './open.js'
import { runNumber } from './run-number.js'

export const verb: VerbModule = {
  configure(command) {
    command
      .argument('[show]', 'the word "show", to see one run')
      .argument('[id]', 'its number')
      .option('--limit <n>', 'so many of the newest runs; the default is 20', wholeNumber)
    addNameSelector(command)
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
    refuseSelection(number, options)
    const fleet = await openInvokedFleet(invocation, { optional: true })
    if (number !== undefined) {
      const selection = options as RunSelection
      const isSome = selection.db !== undefined || selection.except !== undefined
      await reporter.answer(
        await fleet.showRun(number, selection),
        isSome ? renderRunDatabases : renderRun,
      )
      return ExitStatus.done
    }
    const { limit } = options as { limit?: number }
    await reporter.answer(await fleet.runs(limit === undefined ? {} : { limit }), renderRuns)
    return ExitStatus.done
  },
}

function refuseSelection(
  number: number | undefined,
  { db, except }: Record<string, unknown>,
): void {
  if (number !== undefined || (db === undefined && except === undefined)) return
  const flag = db === undefined ? '--except' : '--db'
  throw new UsageError('bad-options', `${flag} is for one run, and none was named`, {
    hint: 'Write for instance `dbfleet runs show 17 --db alice`.',
  })
}
