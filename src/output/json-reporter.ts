import { jsonText } from './json.js'
import { createProgress } from './progress.js'
import { renderError } from './render-error.js'
import { renderNote } from './render-note.js'
import { renderWarning } from './render-warning.js'
import type { ReportDocument, Reporter, ReporterStreams } from './reporter.js'
import { Sink } from './sink.js'
import type { Terminal } from './terminal.js'
import { writeRemark } from './write-remark.js'

/** Writes one document on standard output; what a person should know goes to standard error. */
export function createJsonReporter(
  command: string | null,
  terminal: Terminal,
  { stdout, stderr }: ReporterStreams,
): Reporter {
  const sink = new Sink(stdout)
  let written = false

  /** The first document stands: a parser could not read a second one after it. */
  async function say(document: object): Promise<void> {
    if (written) return
    written = true
    await sink.write(jsonText(document))
  }

  async function* noted(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces) {
      written = true
      yield piece
    }
  }

  return {
    progress: verb => createProgress(stderr, terminal, verb),
    report: (document: ReportDocument) => say(document),
    answer: (document: ReportDocument) => say(document),
    async error(error, partial) {
      await writeRemark(stderr, renderError(error, terminal.stderr))
      await say({ schema: 1, command, error, ...partial })
    },
    warning: error => writeRemark(stderr, renderWarning(error, terminal.stderr)),
    text: text => writeRemark(stderr, [text.trimEnd()]),
    stream() {
      throw new Error('a document and a text cannot share standard output')
    },
    async document(pieces) {
      await sink.stream(noted(pieces))
    },
    async note(text) {
      if (!terminal.quiet) await writeRemark(stderr, renderNote(text, terminal.stderr))
    },
  }
}
