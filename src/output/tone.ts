import type picocolors from 'picocolors'

/** Functions that paint text, or leave it as it is where colours are not wanted. */
export type Colors = ReturnType<typeof picocolors.createColors>

/** How a piece of text is meant: done, worth a look, wrong, or by the way. */
export type Tone = 'good' | 'attention' | 'bad' | 'aside'

/** Paints a text in its tone's colour. */
export function paint(text: string, tone: Tone, colours: Colors): string {
  switch (tone) {
    case 'good':
      return colours.green(text)
    case 'attention':
      return colours.yellow(text)
    case 'bad':
      return colours.red(text)
    case 'aside':
      return colours.dim(text)
  }
}
