import { createProgress, type ProgressLine } from './progress.js'
import { renderError } from './render-error.js'
import { renderNote } from './render-note.js'
import { renderWarning } from './render-warning.js'
import type { Renderer, ReportDocument, Reporter, ReporterStreams } from './reporter.js'
import { Sink } from './sink.js'
import type { Terminal } from './terminal.js'
import { writeRemark } from './write-remark.js'

/** Says everything in lines for people: results on standard output, the rest on standard error. */
export function createTerminalReporter(
  terminal: Terminal,
  { stdout, stderr }: ReporterStreams,
): Reporter {
  const sink = new Sink(stdout)
  let line: ProgressLine | undefined

  async function answer<Document extends ReportDocument>(
    document: Document,
    render: Renderer<Document>,
  ): Promise<void> {
    line?.end()
    await sink.write(ended(render(document, terminal.stdout)))
  }

  return {
    progress(verb) {
      line?.end()
      line = createProgress(stderr, terminal, verb)
      return line
    },
    async report(document, render) {
      line?.end()
      if (!terminal.quiet || isTrouble(document)) await answer(document, render)
    },
    answer,
    async error(error) {
      line?.end()
      await writeRemark(stderr, renderError(error, terminal.stderr))
    },
    async warning(error) {
      line?.end()
      await writeRemark(stderr, renderWarning(error, terminal.stderr))
    },
    async text(text) {
      line?.end()
      await sink.write([text.endsWith('\n') ? text : `${text}\n`])
    },
    stream(pieces) {
      line?.end()
      return sink.stream(typeof pieces === 'function' ? pieces(terminal.stdout) : pieces)
    },
    document() {
      throw new Error('a document is for --json')
    },
    async note(text) {
      if (terminal.quiet) return
      line?.clear()
      await writeRemark(stderr, renderNote(text, terminal.stderr))
    },
  }
}

function* ended(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield `${line}\n`
}

function isTrouble({ summary, interrupted, stopped }: ReportDocument): boolean {
  const isEarly = interrupted === true || stopped !== undefined
  return isEarly || (summary?.failed ?? 0) > 0 || (summary?.notRun ?? 0) > 0
}
