import { Option } from 'commander'
import { UsageError } from '../errors/usage-error.js'
import type { CheckOptions } from '../operations/check.js'
import { CHECK_FORMATS, type CheckFormat, renderCheckAs } from '../output/check-formats.js'
import type { CheckReport } from '../report/check-report.js'
import type { Invocation, VerbModule } from './command.js'
import { ExitStatus, exitStatusOf } from './exit-status.js'
import { addRunControl, addSelector } from './flags.js'
import { openInvokedFleet, watched } from './open.js'

export const verb: VerbModule = {
  measured: true,
  configure(command) {
    addSelector(command)
    command
      .option('--offline', 'look at the migrations alone; needs no database')
      .option('--rehearse', 'apply what is pending to copies of some databases, and time it')
      .option('--against <fleet>', 'another fleet: its configuration, a glob, or a URL')
      .option('--fix-script <dir>', 'write the SQL that would mend what drifted; run nothing')
      .option('--strict', 'exit with 1 for warnings, too')
      .addOption(
        new Option('--format <format>', 'on GitHub Actions, the default is github').choices(
          CHECK_FORMATS,
        ),
      )
    addRunControl(command, { changing: false })
  },
  async run(invocation) {
    const format = formatOf(invocation)
    const base = process.env.GITHUB_WORKSPACE ?? process.cwd()
    const fleet = await openInvokedFleet(invocation)
    const options = invocation.options as CheckOptions
    const report = await watched(invocation, control => fleet.check({ ...options, ...control }))
    await invocation.reporter.answer(report, (document, screen) =>
      renderCheckAs(format, document, screen, base),
    )
    const exit = exitStatusOf(report)
    if (exit !== ExitStatus.done) return exit
    return fails(report, invocation.options.strict === true) ? ExitStatus.found : ExitStatus.done
  },
}

function fails({ findings }: CheckReport, strict: boolean): boolean {
  return findings.some(({ severity }) => severity === 'error' || (strict && severity === 'warning'))
}

/** The annotations of GitHub Actions are wanted where it runs. */
function formatOf({ options }: Invocation): CheckFormat {
  const wanted = options.format as CheckFormat | undefined
  if (wanted !== undefined && options.json === true) {
    throw new UsageError('bad-options', '--json and --format exclude each other', {
      hint: 'Leave one of them out.',
    })
  }
  return wanted ?? (process.env.GITHUB_ACTIONS === 'true' ? 'github' : 'text')
}
