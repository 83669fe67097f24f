import { DbfleetError } from '../errors/dbfleet-error.js'
import { describeRun } from '../metrics/describe-run.js'
import { exposition } from '../metrics/exposition.js'
import { replaceFile } from '../operations/schemas/replace-file.js'
import type { PartialResult, ReportDocument, Reporter } from '../output/reporter.js'
import { reportError } from '../report/error-report.js'
import { type ExitStatus, exitStatusOfError } from './exit-status.js'
import { type MetricsOptions, readMetricsOptions } from './metrics-options.js'
import { partialOf } from './partial-of.js'

/** Whoever collects metrics is mostly another user. */
const FOR_EVERYBODY = 0o644

/** What a run came to. */
interface Outcome {
  exitStatus: ExitStatus
  report?: ReportDocument
  error?: string
  partial?: PartialResult
}

/**
 * Runs a verb, and writes its metrics where the flags want them. What becomes of that file has no
 * part in the exit status, which is about databases.
 *
 * @param run is given the reporter to use
 * @throws UsageError when the metrics cannot go there, before anything is touched; what `run` throws
 */
export async function measured(
  {
    verb,
    options,
    reporter,
  }: { verb: string; options: Record<string, unknown>; reporter: Reporter },
  run: (reporter: Reporter) => Promise<ExitStatus>,
): Promise<ExitStatus> {
  const wanted = await readMetricsOptions(options)
  if (wanted === undefined) return run(reporter)
  const begun = performance.now()
  let report: ReportDocument | undefined
  const conclude = (outcome: Outcome) =>
    writeMetrics(wanted, verb, performance.now() - begun, {
      ...outcome,
      ...(report !== undefined && { report }),
    }).catch(error => reporter.warning(reportError(error)))
  try {
    const exitStatus = await run(
      hearing(reporter, document => {
        report = document
      }),
    )
    await conclude({ exitStatus })
    return exitStatus
  } catch (error) {
    const partial = partialOf(error)
    await conclude({
      exitStatus: exitStatusOfError(error),
      error: reportError(error).code,
      ...(partial !== undefined && { partial }),
    })
    throw error
  }
}

/** A reporter that hands on what it is given, and lets somebody hear of each report. */
function hearing(reporter: Reporter, hear: (document: ReportDocument) => void): Reporter {
  return {
    ...reporter,
    report(document, render) {
      hear(document)
      return reporter.report(document, render)
    },
    answer(document, render) {
      hear(document)
      return reporter.answer(document, render)
    },
  }
}

/** @throws DbfleetError `metrics-unwritable` */
async function writeMetrics(
  { path, labels }: MetricsOptions,
  verb: string,
  durationMs: number,
  outcome: Outcome,
): Promise<void> {
  const samples = describeRun({ ...outcome, durationMs, endedAt: Date.now() })
  try {
    await replaceFile(path, exposition(samples, { ...labels, verb }), { mode: FOR_EVERYBODY })
  } catch (error) {
    const { message } = error as Error
    throw new DbfleetError(
      'metrics-unwritable',
      `the metrics could not be written to ${path}: ${message}`,
      { hint: 'The run itself went as reported; make room, or look at the directory.' },
    )
  }
}
