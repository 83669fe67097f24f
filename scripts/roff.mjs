// What a manual page is written in: lines of roff, with the macros of man(7).

const GLYPHS = {
  '\\': '\\(rs',
  '-': '\\-',
  "'": '\\(aq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
  '"': '\\(dq',
}

/**
 * A text that is to be seen as it is, each character itself: what is copied from a page has hyphens
 * and quotes that a shell understands.
 */
export function escapeRoff(text) {
  return text.replaceAll(/[\\\-'`^~"]/g, each => GLYPHS[each])
}

export function bold(roff) {
  return roff === '' ? '' : `\\fB${roff}\\fR`
}

export function italic(roff) {
  return roff === '' ? '' : `\\fI${roff}\\fR`
}

/** An argument of a macro. */
function quoted(text) {
  return `"${escapeRoff(text)}"`
}

export function title(name, source) {
  return `.TH ${quoted(name.toUpperCase())} 1 "" ${quoted(source)} "User Commands"`
}

export function heading(text) {
  return { isHeading: true, lines: [`.SH ${quoted(text.toUpperCase())}`] }
}

export function subheading(text) {
  return { isHeading: true, lines: [`.SS ${quoted(text)}`] }
}

export function paragraph(roff) {
  return { lines: linesOf(roff), isParagraph: true }
}

/** Terms and what they mean; `\n` breaks the line of what is told. */
export function definitions(entries) {
  return { lines: entries.flatMap(([term, roff]) => ['.TP', shielded(term), ...linesOf(roff)]) }
}

/** @param marks what stands before each item, such as `1.` */
export function list(items, marks) {
  return {
    lines: items.flatMap((roff, index) => [
      marks === undefined ? '.IP \\(bu 2' : `.IP ${marks[index]} 4`,
      ...linesOf(roff),
    ]),
  }
}

/** Text whose lines stay as they are. */
export function verbatim(text) {
  const lines = text.split('\n').map(line => shielded(escapeRoff(line.trimEnd())))
  return { lines: ['.in +4n', '.EX', ...lines, '.EE', '.in'], isParagraph: true }
}

/** Blocks as the text of a page. */
export function page(blocks) {
  const lines = blocks.flatMap((block, index) => {
    const isFirst = index === 0 || blocks[index - 1].isHeading === true
    return block.isParagraph && !isFirst ? ['.PP', ...block.lines] : block.lines
  })
  return `${lines.join('\n')}\n`
}

/** Blanks at the ends of lines would be seen, and so would empty lines. */
function linesOf(roff) {
  return roff
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
    .map(shielded)
}

/** A line of text, also where it begins like a request. */
function shielded(line) {
  return line.replace(/^\./, '\\&.')
}
